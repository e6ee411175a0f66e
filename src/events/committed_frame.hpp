// A committed event as all shards share it: encoded once, counted once a shard, immutable.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "events/frame.hpp"
#include "platform/sip_hash.hpp"
#include "store/record.hpp"

namespace tidings::events {

class CommittedFrame {
 public:
  // `cursor`: the event's id on the wire, at most 37 bytes. `type_key` is the same for all frames that are told apart
  // by their types' hashes.
  CommittedFrame(store::RecordPtr record, std::string_view cursor, const SipKey& type_key);
  ~CommittedFrame();
  CommittedFrame(const CommittedFrame&) = delete;
  CommittedFrame& operator=(const CommittedFrame&) = delete;

  [[nodiscard]] store::Position position() const { return record_->position; }
  [[nodiscard]] const std::string& type() const { return record_->event.type; }
  // Of the type, keyed: who doesn't know the key finds no two types with the same one.
  [[nodiscard]] std::uint64_t type_hash() const { return type_hash_; }
  [[nodiscard]] const store::Recipients& recipients() const { return record_->event.recipients; }

  // On any shard's thread. The envelope is made at the first call for it; two shards may both make it, one is kept.
  [[nodiscard]] const Encoded& encoded(Form form) const { return form == Form::plain ? plain_ : envelope(); }

  // What it holds in memory, about, without an envelope.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  const Encoded& envelope() const;
  // As the plain form says it.
  [[nodiscard]] std::string_view cursor() const;

  store::RecordPtr record_;
  Encoded plain_;
  std::uint8_t cursor_length_;
  mutable std::atomic<const Encoded*> envelope_{nullptr};
  std::uint64_t type_hash_;
  std::size_t bytes_;
};

using FramePtr = std::shared_ptr<const CommittedFrame>;

}  // namespace tidings::events
