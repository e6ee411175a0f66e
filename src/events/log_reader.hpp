// What streams ask of the log. `store::EventLog` behind a seam, so that a test can be the log.
#pragma once

#include <functional>

#include "errors/error.hpp"
#include "platform/clock.hpp"
#include "store/event_log.hpp"

namespace tidings::events {

class LogReader {
 public:
  virtual ~LogReader() = default;
  // `done` on any thread; see `store::EventLog`.
  virtual void read(store::ReadQuery query, std::function<void(Result<store::Page>)> done) = 0;
  virtual void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) = 0;
  [[nodiscard]] virtual store::Cursor head() const = 0;
};

class EventLogReader final : public LogReader {
 public:
  explicit EventLogReader(store::EventLog& log) : log_(log) {}
  void read(store::ReadQuery query, std::function<void(Result<store::Page>)> done) override {
    log_.read(std::move(query), std::move(done));
  }
  void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) override {
    log_.find_time(time, std::move(done));
  }
  [[nodiscard]] store::Cursor head() const override { return log_.head(); }

 private:
  store::EventLog& log_;
};

}  // namespace tidings::events
