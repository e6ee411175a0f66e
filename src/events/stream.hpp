// Streams: what a subscriber asks for, how it is shown, and the shards that serve them. One stream is a cursor into the
// log and a filter (docs/architecture.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "errors/error.hpp"
#include "events/frame.hpp"
#include "events/pattern.hpp"
#include "http/exchange.hpp"
#include "net/reactor.hpp"
#include "observe/metrics.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "store/event_log.hpp"

namespace tidings::events {

// 128 bits: the shard in the first byte, the hub's number in the next four, randomness in the rest, so that hubs that
// share a log find a stream at once. Text: 22 characters of base64url.
struct ConnectionId {
  std::array<std::byte, 16> bytes{};
  [[nodiscard]] static ConnectionId make(std::uint32_t node, std::uint8_t shard, Random& random);
  [[nodiscard]] static std::optional<ConnectionId> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint8_t shard() const { return static_cast<std::uint8_t>(bytes[0]); }
  [[nodiscard]] std::uint32_t node() const;
  bool operator==(const ConnectionId&) const = default;
};

// Where a stream starts. Cursors are resolved when it opens, times before that by `Streams::find_start`: see SPEC §1.3.
struct StartAt {
  std::optional<std::string> last_event_id;  // as the client gave it, unparsed; never empty
  struct Earliest {};
  // Used where there is no (usable) cursor. A time that was not looked up counts as none.
  std::variant<std::monostate, WallTime, Earliest, store::TimePlace> since;
};

using Labels = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::size_t most_labels = 16;  // of a stream

struct StreamOptions {
  std::string user;
  std::vector<Pattern> types;     // empty: every type
  std::vector<Pattern> channels;  // empty: none; already checked against the token's permissions
  Labels labels;                  // at most `most_labels`
  Form form = Form::plain;
  StartAt start;
  WallTime expires_at;                    // the access token's `exp`, without skew
  std::optional<std::int64_t> issued_at;  // the access token's `iat`, seconds since 1970
  net::IpAddress address;                 // of the client, behind trusted proxies
};

// Why a stream ends; `bye`'s reason.
enum class Bye : std::uint8_t { draining, token_expired, revoked, channel_lost, disconnected, store_damaged };

// A stream as operators see it (SPEC §1.7).
struct ConnectionInfo {
  ConnectionId id;
  std::string user;
  std::string address;
  WallTime opened_at;
  WallTime expires_at;
  std::string cursor;
  std::uint64_t behind = 0;  // events in the log after its cursor
  std::uint64_t events = 0;  // application events written to it
  std::vector<std::string> channels;
  Labels labels;
};

struct StreamSettings {
  std::uint32_t node = 0;  // this hub's number, in the ids of its connections
  std::atomic<Milliseconds> heartbeat{Seconds{15}};
  std::atomic<Milliseconds> retry{Seconds{1}};
  std::atomic<Milliseconds> write_timeout{Seconds{60}};
  std::atomic<Milliseconds> clock_skew{Seconds{60}};
  std::atomic<std::size_t> streams{15'000};  // in all
  std::atomic<std::size_t> streams_per_user{100};
  std::atomic<std::size_t> streams_per_address{0};  // 0: no limit
};

// New permissions for a live stream: whether they still cover a channel pattern.
using CoversChannel = std::function<bool(const Pattern&)>;

class LogReader;

// All streams of this process, over all shards. Thread-safe, except where a call names a reactor's thread.
class Streams final : public store::LogListener {
 public:
  Streams(std::vector<net::Reactor*> reactors, const Clock& clock, Random& random, const StreamSettings& settings,
          observe::Metrics& metrics);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  // The log that streams which are behind read from; once, before it starts.
  void attach(store::EventLog& log);
  // The same, for a log of another kind (tests).
  void attach(std::unique_ptr<LogReader> log);

  // A place for one more stream, within the limits; given back when destroyed.
  class Place {
   public:
    struct Taken;
    Place();
    Place(Place&&) noexcept;
    Place& operator=(Place&&) noexcept;
    ~Place();

   private:
    friend class Streams;
    std::unique_ptr<Taken> taken_;
  };
  // `stream_limit` (with retry_after). At the user's limit, a stream that has not taken what was written to it for a
  // heartbeat gives way; `done` may therefore be called later, on `reactor`'s thread.
  void reserve(net::Reactor& reactor, std::string_view user, const net::IpAddress& address,
               const std::function<void(Result<Place>)>& done);
  // Whether `reserve` would succeed without anyone giving way; reserves nothing (for §1.2).
  [[nodiscard]] Result<void> check_limits(std::string_view user, const net::IpAddress& address) const;

  // On `reactor`'s thread: `start` with the place of its time, where one is needed, or the log's error. `done` on the
  // same thread, at once where nothing has to be looked up. Apart from `open`, so that between the last look at who
  // asks and the stream's being there nothing is waited for.
  void find_start(net::Reactor& reactor, StartAt start, std::function<void(Result<StartAt>)> done);
  // On the exchange's reactor's thread, with an unanswered exchange and a reserved place: sends the head and `hello`,
  // and serves the stream until it ends. It is there, or its peer gone, on return. `head` holds the fields of SPEC
  // §1.3.
  void open(const http::ExchangePtr& exchange, http::Response head, const StreamOptions& options, Place place);

  // Live streams under a fresh token (SPEC §1.4): nothing, or `connection_not_found`. `done` on `reactor`'s thread.
  void extend(net::Reactor& reactor, const ConnectionId& id, std::string_view user, WallTime expires_at,
              std::optional<std::int64_t> issued_at, CoversChannel covers, std::function<void(Result<void>)> done);

  // Ends one stream: `bye` `disconnected`, reconnect true. Whether there was one. `done` on `reactor`'s thread.
  void disconnect(net::Reactor& reactor, const ConnectionId& id, std::function<void(bool)> done);
  // Ends a user's streams: `bye` `revoked`, reconnect false. Where `until` is given, those whose tokens were issued
  // after that second live on; one whose token doesn't say when counts as older. How many were ended.
  void disconnect_user(net::Reactor& reactor, std::string_view user, std::optional<std::int64_t> until,
                       std::function<void(std::size_t)> done);

  struct Query {
    std::string user;     // empty: all
    std::string channel;  // empty: all; otherwise streams whose channels match this name
    std::string after;    // a page's `next`; empty: from the start
    std::size_t most = 100;
  };
  struct Listing {
    std::vector<ConnectionInfo> connections;  // ordered by id's text
    std::string next;                         // empty: no more
  };
  void list(net::Reactor& reactor, Query query, std::function<void(Listing)> done);
  struct Presence {
    std::vector<std::pair<std::string, std::size_t>> users;  // user and connections, ordered by user
    std::string next;
  };
  void presence(net::Reactor& reactor, std::string channel, std::string after, std::size_t most,
                std::function<void(Presence)> done);

  // `bye` `draining` to every stream, spread over `over`, each with a jittered retry. `done` once none is left, on some
  // reactor's thread. New streams must be refused by then.
  void drain(Milliseconds over, const std::function<void()>& done);

  [[nodiscard]] std::size_t open_streams() const;

  // The log tells; on its thread.
  void on_epoch(store::Epoch epoch) override;
  void on_committed(std::span<const store::RecordPtr> records) override;
  void on_floor(store::Position floor) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::events
