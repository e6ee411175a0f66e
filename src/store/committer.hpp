// What the log's thread does, without the thread: commits groups, keeps retention, and brings a failed store back. All
// calls come from one thread, except those marked thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "store/append_group.hpp"
#include "store/event_log.hpp"
#include "store/log_time.hpp"

namespace tidings::store {

// What came together, and where the answers go. A part is one publisher's: stored whole or not at all. The records are
// made where they are published and mostly dropped, so that memory seldom changes threads; they lack position and time.
struct AppendRequest {
  std::vector<std::shared_ptr<Record>> records;
  std::vector<std::size_t> parts;         // how many of them are each part's
  std::vector<std::string> fingerprints;  // of the events that have keys, in order
  EventLog::AllAppended done;
  std::uint64_t bytes = 0;  // as the waiting limit counts them
};

class Committer {
 public:
  // How long retention and the watch over the calendar rest, and a failed store between two tries.
  static constexpr Milliseconds maintenance_interval{500};
  static constexpr Milliseconds recovery_interval{1'000};

  Committer(EventStore& store, Durability durability, Retention retention, const Clock& clock, Random& random,
            LogListener& listener, observe::Metrics& metrics);

  [[nodiscard]] Result<void> start();
  // Stores all of the requests in one commit, tells the listener, then answers each.
  void commit(std::vector<AppendRequest> requests);
  [[nodiscard]] Result<void> put_fact(std::string_view name, std::string_view value);
  // What is due by the clock; all of it where `forced`.
  void maintain(bool forced);

  // Thread-safe. Never what the listener was not told of yet: whoever got this cursor may come back with it at once.
  [[nodiscard]] Cursor head() const;
  [[nodiscard]] bool healthy() const { return !failed_.load() && !store_.damage(); }
  void set_retention(Retention retention);
  [[nodiscard]] const LogTime& time() const { return time_; }
  // The log's time up to which records may be gone: removed by retention, or lost with a store that forgets. Nothing
  // where none is.
  [[nodiscard]] std::optional<WallTime> gone_until() const;

 private:
  using Placed = Result<AppendGroup::Placed>;  // of one part
  void answer(const std::vector<AppendRequest>& requests, const AppendGroup& group,
              const std::vector<Placed>& placed) const;
  void answer_all_with_failure(const std::vector<AppendRequest>& requests) const;
  [[nodiscard]] EventLog::Stored outcome(const AppendGroup& group, const Placed& placed) const;
  void publish(const std::vector<RecordPtr>& records);
  [[nodiscard]] Result<void> begin_epoch(Position base, std::string_view reason);
  void adopt(Epoch epoch);
  void enforce_retention();
  // Remembers how young the youngest is of the records up to and including `floor`, which are or will be gone.
  void note_gone(Position floor, Position head);
  [[nodiscard]] Result<Position> due_floor(const Extent& extent) const;
  void store_failed(const Error& error);
  void recover();
  [[nodiscard]] Result<void> deliver_found(Position head);
  void measure();

  EventStore& store_;
  const Durability durability_;
  const Clock& clock_;
  Random& random_;
  LogListener& listener_;
  LogTime time_;
  WallTime last_time_{};
  MonotonicTime maintained_{};
  MonotonicTime tried_{};
  std::atomic<bool> failed_{false};

  mutable std::mutex mutex_;
  Epochs epochs_;                       // written by the log's thread, under the mutex
  Position head_ = 0;                   // as above
  Retention retention_;                 // under the mutex
  std::optional<WallTime> gone_until_;  // as above

  observe::Counter& events_;
  observe::Counter& commits_;
  observe::Counter& failures_;
  observe::Gauge& kept_events_;
  observe::Gauge& kept_bytes_;
  observe::Gauge& healthy_;
};

}  // namespace tidings::store
