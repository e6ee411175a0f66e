// The hub's one ordered log: assigns positions, commits groups, keeps idempotency keys and retention, and tells its
// listener of everything committed, in order. One thread writes; another reads for those who are behind, so that no
// shard ever waits for a disk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "errors/error.hpp"
#include "observe/metrics.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "store/event_store.hpp"

namespace tidings::store {

struct Retention {
  Milliseconds age{std::chrono::hours{24}};
  std::uint64_t events = 1'000'000;
  std::uint64_t bytes = std::uint64_t{1} << 30;
};

struct LogSettings {
  Durability durability = Durability::fsync;
  Retention retention;
  // What may wait for the writer, over all publishers; more is refused with `overloaded`.
  std::size_t most_waiting_bytes = 64 * 1024 * 1024;
};

// Hears of the log's progress, in order, on the log's thread. Must not block for long.
class LogListener {
 public:
  // A new epoch runs from here: also called once for each known epoch when the log starts.
  virtual void on_epoch(Epoch epoch) = 0;
  // Stored as durably as configured. Called before the publishers of these records get their answer.
  virtual void on_committed(std::span<const RecordPtr> records) = 0;
  // Records up to and including `floor` are gone.
  virtual void on_floor(Position floor) = 0;

 protected:
  ~LogListener() = default;
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

  EventLog(std::unique_ptr<EventStore> store, LogSettings settings, const Clock& clock, Random& random,
           LogListener& listener, observe::Metrics& metrics);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Opens the store, begins an epoch where one is due, tells the listener (on the caller's thread, this once), and
  // starts the threads.
  [[nodiscard]] Result<void> start();
  // Commits what waits, closes the store cleanly.
  void stop();

  // Stores all of `events` or none. `done` is called once, on the log's thread (or at once, where refused). An event
  // whose key is known gets the cursor that it was given first; another event under that key: `key_reused`.
  // Thread-safe.
  void append(std::vector<Event> events, Appended done);
  // Several such requests, each stored or refused by itself: handed over together, so that one commit takes them, and
  // answered by one call, in their order. Two threads that wait for each other then wake up once for all.
  void append_all(std::vector<std::vector<Event>> requests, const AllAppended& done);

  // Reads for streams that are behind; each `done` is called on the reader's thread (or at once, with `overloaded`,
  // where too many wait). Those that are asked for together and begin near each other cost one pass over the log. What
  // pages hold in all is bounded: a page that is kept keeps others waiting. Thread-safe.
  void read(std::vector<Read> reads);
  void read(ReadQuery query, std::function<void(Result<Page>)> done);
  // The place that `since` names. `done` on the reader's thread.
  void find_time(WallTime time, std::function<void(Result<TimePlace>)> done);

  // Small durable facts; see EventStore. `done` on the log's thread.
  void put_fact(std::string name, std::string value, std::function<void(Result<void>)> done);
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const;

  // The newest committed cursor, as of now. Thread-safe.
  [[nodiscard]] Cursor head() const;
  // False while the store can't be written or is damaged. Thread-safe.
  [[nodiscard]] bool healthy() const;
  // Whether `read` and `find_time` can be served: also while the store can't be written. Thread-safe.
  [[nodiscard]] bool readable() const;
  // Takes effect at once.
  void set_retention(Retention retention);
  // What the log does by itself at least twice a second of real time, now: retention, recovery of a failed store (where
  // a second by the clock has passed since the last try), and the watch over the machine's calendar. `done` on the
  // log's thread. Lets a test drive the log by its own clock.
  void tick(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::store
