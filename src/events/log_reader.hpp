// What streams ask of the log. `store::EventLog` behind a seam, so that a test can be the log.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "errors/error.hpp"
#include "platform/clock.hpp"
#include "store/event_log.hpp"

namespace tidings::events {

class LogReader {
 public:
  virtual ~LogReader() = default;
  // Each `done` on any thread; see `store::EventLog`.
  virtual void read(std::vector<store::Read> reads) = 0;
  virtual void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) = 0;
  [[nodiscard]] virtual store::Cursor head() const = 0;
};

class EventLogReader final : public LogReader {
 public:
  explicit EventLogReader(store::EventLog& log) : log_(log) {}
  void read(std::vector<store::Read> reads) override { log_.read(std::move(reads)); }
  void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) override {
    log_.find_time(time, std::move(done));
  }
  [[nodiscard]] store::Cursor head() const override { return log_.head(); }

 private:
  store::EventLog& log_;
};

}  // namespace tidings::events
