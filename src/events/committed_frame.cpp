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

CommittedFrame::CommittedFrame(store::RecordPtr record, std::string_view cursor, const SipKey& type_key)
    : record_(std::move(record)),
      plain_(record_->event.shown(), Form::plain, cursor),
      cursor_length_(static_cast<std::uint8_t>(cursor.size())),
      type_hash_(sip_hash_1_3(type_key, record_->event.type)),
      bytes_(size_in_memory(*record_, plain_)) {}

CommittedFrame::~CommittedFrame() { delete envelope_.load(std::memory_order_acquire); }

std::string_view CommittedFrame::cursor() const {
  constexpr std::string_view around_type = "event: \n";
  constexpr std::string_view name = "id: ";
  const std::size_t line_of_type = type().empty() ? 0 : around_type.size() + type().size();
  return plain_.event().substr(line_of_type + name.size(), cursor_length_);
}

const Encoded& CommittedFrame::envelope() const {
  if (const Encoded* made = envelope_.load(std::memory_order_acquire); made != nullptr) return *made;
  auto mine = std::make_unique<const Encoded>(record_->event.shown(), Form::envelope, cursor());
  const Encoded* others = nullptr;
  if (!envelope_.compare_exchange_strong(others, mine.get(), std::memory_order_acq_rel)) return *others;
  return *mine.release();
}

}  // namespace tidings::events
