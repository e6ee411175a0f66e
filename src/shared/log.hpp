// The log that any number of hubs share, in one Redis: each of them an `EventLog` that serves from a copy of its own
// (docs/decisions/0014-one-log-in-redis.md).
//
// All of it lives on the thread that speaks to Redis; another reads the copy for those who are behind.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "redis/address.hpp"
#include "shared/thread.hpp"
#include "store/event_log.hpp"

namespace tidings::shared {

struct LogSettings {
  redis::Address address;
  std::string prefix = "tidings";
  std::filesystem::path copy;  // folder of the copy, which nobody else may use
  store::Retention retention;
  std::size_t replicas = 0;         // that must confirm what is stored
  Milliseconds start_time{30'000};  // within which Redis must be found and the copy make progress
};

class Log final : public store::EventLog {
 public:
  // `thread` runs, and outlives the log, from `start` to `stop`.
  Log(LogSettings settings, ReactorThread& thread, const Clock& clock, Random& random, store::LogListener& listener,
      observe::Metrics& metrics);
  ~Log() override;

  // Returns once the copy has caught up with Redis.
  [[nodiscard]] Result<void> start() override;
  void stop() override;
  void append_all(std::vector<std::vector<store::Event>> requests, const AllAppended& done) override;
  using EventLog::read;
  void read(std::vector<store::Read> reads) override;
  void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) override;
  void listen_to_facts(store::FactListener& listener) override;
  void put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) override;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override;
  void reach(const store::Cursor& cursor, std::function<void()> done) override;
  [[nodiscard]] store::Cursor head() const override;
  [[nodiscard]] bool healthy() const override;
  [[nodiscard]] bool readable() const override;
  void set_retention(store::Retention retention) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::shared
