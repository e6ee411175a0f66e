// One ordered log: gives positions, keeps idempotency keys and retention, and tells its listener of everything stored,
// in order. What streams and publishers know of it: they don't know whether it is this hub's own (`embedded_log.hpp`)
// or one that many hubs share (`shared_log.hpp`).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "errors/error.hpp"
#include "platform/clock.hpp"
#include "store/event_store.hpp"

namespace tidings::store {

struct Retention {
  Milliseconds age{std::chrono::hours{24}};
  std::uint64_t events = 1'000'000;
  std::uint64_t bytes = std::uint64_t{1} << 30;
};

// Hears of the log's progress, in order, on the log's thread. Must not block for long.
class LogListener {
 public:
  // A new epoch runs from here: also called once for each known epoch when the log starts.
  virtual void on_epoch(Epoch epoch) = 0;
  // Stored; where the log is this hub's own, as durably as configured, and before its head or any answer shows them.
  virtual void on_committed(std::span<const RecordPtr> records) = 0;
  // Records up to and including `floor` are gone.
  virtual void on_floor(Position floor) = 0;

 protected:
  ~LogListener() = default;
};

// Hears of facts that another hub put into a log that is shared, on the log's thread. Facts that were there at the
// start are asked for (`EventLog::facts`), and one's own are answered.
class FactListener {
 public:
  virtual void on_fact(std::string_view name, std::string_view value) = 0;

 protected:
  ~FactListener() = default;
};

// Where a time lies in the log.
struct TimePlace {
  Position position = 0;  // just before the first record kept at or after it
  bool gone = false;      // records at or after it may have been removed, or lost
};

class EventLog {
 public:
  // One cursor for each event, in order; or the reason why none was stored.
  using Stored = Result<std::vector<Cursor>>;
  using Appended = std::function<void(Stored)>;
  using AllAppended = std::function<void(std::vector<Stored>)>;

  EventLog() = default;
  virtual ~EventLog() = default;
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Opens the store, begins an epoch where one is due, tells the listener (this once, perhaps on the caller's thread),
  // and starts the threads.
  [[nodiscard]] virtual Result<void> start() = 0;
  // Stores what waits, closes the store cleanly.
  virtual void stop() = 0;

  // Stores all of `events` or none. `done` is called once, on the log's thread (or at once, where refused). An event
  // whose key is known gets the cursor that it was given first; another event under that key: `key_reused`.
  // Thread-safe.
  void append(std::vector<Event> events, Appended done);
  // Several such requests, each stored or refused by itself: handed over together, so that one commit takes them, and
  // answered by one call, in their order. Two threads that wait for each other then wake up once for all.
  virtual void append_all(std::vector<std::vector<Event>> requests, const AllAppended& done) = 0;

  // Reads for streams that are behind; each `done` is called on the reader's thread (or at once, with `overloaded`,
  // where too many wait). Those that are asked for together and begin near each other cost one pass over the log. What
  // pages hold in all is bounded: a page that is kept keeps others waiting. Thread-safe.
  virtual void read(std::vector<Read> reads) = 0;
  void read(ReadQuery query, std::function<void(Result<Page>)> done);
  // The place that `since` names. `done` on the reader's thread.
  virtual void find_time(WallTime time, std::function<void(Result<TimePlace>)> done) = 0;

  // Where others share the log: hears of the facts that they put. Once, before `start`.
  virtual void listen_to_facts(FactListener& /*listener*/) {}
  // Small durable facts; see EventStore. `done` on the log's thread.
  virtual void put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) = 0;
  [[nodiscard]] virtual Result<std::vector<std::pair<std::string, std::string>>> facts(
      std::string_view prefix) const = 0;

  // Where others share the log: waits for a short while until this hub has what a client has seen at another. `done` on
  // any thread, or at once. Thread-safe.
  virtual void reach(const Cursor& /*cursor*/, std::function<void()> done) { done(); }
  // The newest committed cursor, as of now. Thread-safe.
  [[nodiscard]] virtual Cursor head() const = 0;
  // False while nothing can be stored. Thread-safe.
  [[nodiscard]] virtual bool healthy() const = 0;
  // Whether `read` and `find_time` can be served: also while nothing can be stored. Thread-safe.
  [[nodiscard]] virtual bool readable() const = 0;
  // Takes effect at once.
  virtual void set_retention(Retention retention) = 0;
};

// What publishers are told while nothing can be stored. The reason is the operator's to know.
[[nodiscard]] tl::unexpected<Error> cannot_store();
// What readers are told where more of them wait than may.
[[nodiscard]] tl::unexpected<Error> too_many_readers();

}  // namespace tidings::store
