#include "events/committed_frame.hpp"

#include <utility>

namespace tidings::events {
namespace {

std::size_t size_in_memory(const store::Record& record, const Encoded& plain) {
  // The record, its frame and their control blocks, beside what their strings hold.
  std::size_t bytes = sizeof(CommittedFrame) + sizeof(store::Record) + 64;
  bytes += plain.bytes(http::Framing::chunked).size() + record.event.payload.size() + record.event.type.size();
  for (const auto& user : record.event.recipients.users) bytes += sizeof(std::string) + user.size();
  for (const auto& channel : record.event.recipients.channels) bytes += sizeof(std::string) + channel.size();
  return bytes;
}

}  // namespace

CommittedFrame::CommittedFrame(store::RecordPtr record, std::string cursor, const SipKey& type_key)
    : record_(std::move(record)),
      cursor_(std::move(cursor)),
      plain_(encode_event(record_->event.shown(), Form::plain, cursor_)),
      type_hash_(sip_hash_1_3(type_key, record_->event.type)),
      bytes_(size_in_memory(*record_, plain_)) {}

CommittedFrame::~CommittedFrame() { delete envelope_.load(std::memory_order_acquire); }

const Encoded& CommittedFrame::envelope() const {
  if (const Encoded* made = envelope_.load(std::memory_order_acquire); made != nullptr) return *made;
  auto mine = std::make_unique<const Encoded>(encode_event(record_->event.shown(), Form::envelope, cursor_));
  const Encoded* others = nullptr;
  if (!envelope_.compare_exchange_strong(others, mine.get(), std::memory_order_acq_rel)) return *others;
  return *mine.release();
}

}  // namespace tidings::events
