// One open stream as its shard keeps it: a cursor and a filter. There is no queue in it: what it has not been sent
// stays in the log (docs/architecture.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "events/audience.hpp"
#include "events/stream.hpp"
#include "events/timeline.hpp"
#include "http/exchange.hpp"
#include "net/address.hpp"
#include "net/timer.hpp"

namespace tidings::events {

// Bytes that a transport did not take: the rest of the frame that a stream is in the middle of, or none where it stands
// between two. 48 bytes, and only while a stream is blocked.
struct Unwritten {
  std::shared_ptr<const void> owner;  // keeps the bytes
  const char* next = nullptr;
  std::size_t left = 0;
  store::Position then_at = 0;  // the stream's position once they are written
  std::uint32_t since = 0;      // ticks; when the transport last took a byte
};

// A node of intrusive singly-linked lists; a stream waits in one at a time.
enum class StreamState : std::uint8_t {
  live,     // all up to the shard's dispatched head is written or filtered
  ready,    // waits for the pump
  waiting,  // waits for a page of the log
  blocked,  // its transport is full
  dead,     // out of every index, waiting only to be freed
};

// 160 bytes, one a stream.
struct Subscriber final : public http::StreamConsumer, public net::Timer {
  // What the stream is still to be told when its transport takes bytes.
  static constexpr std::uint8_t owes_ping = 1;
  static constexpr std::uint8_t owes_reauth = 2;
  static constexpr std::uint8_t owes_bye = 4;
  static constexpr std::uint8_t said_bye = 8;  // ends once what is unwritten is written
  static constexpr std::uint8_t said_reauth = 16;
  static constexpr std::uint8_t matched = 32;         // the frame after its cursor is known to be for it
  static constexpr std::uint8_t linked = 64;          // in the queue of the ready or of those who wait to read
  static constexpr std::uint8_t waits_to_read = 128;  // which of the two

  static constexpr std::uint64_t most_in_48_bits = (std::uint64_t{1} << 48) - 1;

  http::ResponseStream* response = nullptr;
  Audience* audience = nullptr;  // those who want the same
  Subscriber* next_linked = nullptr;
  std::unique_ptr<Unwritten> unwritten;
  std::unique_ptr<const char[]> names;  // see `pack_names`; null once dead
  store::Position cursor = 0;
  // 48 bits are enough for both, and leave room for two that would cost 8 bytes elsewhere.
  std::uint64_t expires_ms : 48 = 0;  // see `expires_at`
  EpochNumber epoch = 0;
  std::uint64_t events : 48 = 0;  // application events written
  std::uint16_t reauth_lead = 0;  // milliseconds before `expires_at`
  ConnectionId id;
  std::uint32_t audience_place = 0;
  std::uint32_t user_place = 0;  // see `UserTable`
  std::uint32_t opened_at = 0;   // seconds since 1970
  std::uint32_t issued_at = 0;   // its token, seconds since 1970; 0: unknown, so before anything
  std::uint32_t ping_at = 0;     // ticks of the shard; see `Shard::tick`. Of one that must go: when it is broken off
  net::IpAddress address;
  StreamState state : 3 = StreamState::live;
  Form form : 1 = Form::plain;
  Bye bye : 3 = Bye::draining;
  bool last_of_user : 1 = true;
  std::uint8_t flags = 0;

  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  void set(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags | flag); }
  void clear(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags & ~flag); }
  // Its bye is owed or unwritten, and has a time that is its own: not so while draining, which ends for all at once.
  [[nodiscard]] bool must_go() const { return has(owes_bye | said_bye) && bye != Bye::draining; }
  [[nodiscard]] WallTime expires_at() const { return WallTime{Milliseconds{static_cast<std::int64_t>(expires_ms)}}; }
  // A time beyond what is kept is the last one that is.
  void accept_token(WallTime expires, std::optional<std::int64_t> issued);
  void count_events(std::uint64_t written) { events = (events + written) & most_in_48_bits; }
  [[nodiscard]] TypeFilter& filter() const { return audience->filter; }
  // Null: no channels.
  [[nodiscard]] ChannelInterest* interest() const { return audience->interest; }
  [[nodiscard]] Spot spot() const { return {cursor, epoch}; }
  [[nodiscard]] std::string_view user() const { return names.get(); }
  [[nodiscard]] Labels labels() const;

  void on_writable() override;
  void on_closed() override;
  void on_timer() override;
};
static_assert(sizeof(Subscriber) == 160);

// Streams in the order that they came; each stream stands in one list at most.
class SubscriberQueue {
 public:
  void push(Subscriber& subscriber) {
    subscriber.set(Subscriber::linked);
    subscriber.next_linked = nullptr;
    (last_ != nullptr ? last_->next_linked : first_) = &subscriber;
    last_ = &subscriber;
  }
  // Null where there is none.
  Subscriber* pop() {
    Subscriber* popped = first_;
    if (popped == nullptr) return nullptr;
    first_ = popped->next_linked;
    if (first_ == nullptr) last_ = nullptr;
    popped->clear(Subscriber::linked);
    return popped;
  }
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  // Asks for the memory of where the next one writes to, and of the one after it, which the kernel's work for the one
  // before has pushed out of the caches.
  void prefetch() const {
    if (first_ == nullptr) return;
    __builtin_prefetch(first_->response);
    __builtin_prefetch(first_->next_linked);
  }

 private:
  Subscriber* first_ = nullptr;
  Subscriber* last_ = nullptr;
};

// A user and labels in one allocation: "user\0", "name\0value\0" for each label, and an empty name at the end. None of
// them holds a NUL, and no name is empty. Short ones (24 bytes in all) take 32 with the allocator's header.
[[nodiscard]] std::unique_ptr<const char[]> pack_names(std::string_view user, const Labels& labels);

}  // namespace tidings::events
