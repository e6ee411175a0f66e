// The log of a hub that shares it with none: assigns positions and commits groups to a store of its own. One thread
// writes; another reads for those who are behind, so that no shard ever waits for a disk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "store/event_log.hpp"

namespace tidings::store {

struct LogSettings {
  Durability durability = Durability::fsync;
  Retention retention;
  // What may wait for the writer, over all publishers; more is refused with `overloaded`.
  std::size_t most_waiting_bytes = 64 * 1024 * 1024;
};

class EmbeddedLog final : public EventLog {
 public:
  EmbeddedLog(std::unique_ptr<EventStore> store, LogSettings settings, const Clock& clock, Random& random,
              LogListener& listener, observe::Metrics& metrics);
  ~EmbeddedLog() override;

  [[nodiscard]] Result<void> start() override;
  void stop() override;
  void append_all(std::vector<std::vector<Event>> requests, const AllAppended& done) override;
  using EventLog::read;
  void read(std::vector<Read> reads) override;
  void find_time(WallTime time, std::function<void(Result<TimePlace>)> done) override;
  void put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) override;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override;
  [[nodiscard]] Cursor head() const override;
  [[nodiscard]] bool healthy() const override;
  [[nodiscard]] bool readable() const override;
  void set_retention(Retention retention) override;
  // What the log does by itself at least twice a second of real time, now: retention, recovery of a failed store (where
  // a second by the clock has passed since the last try), and the watch over the machine's calendar. `done` on the
  // log's thread. Lets a test drive the log by its own clock.
  void tick(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::store
