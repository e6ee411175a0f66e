// A listener that keeps what it hears, a log line catcher, and a way to wait for an answer.
#pragma once

#include <algorithm>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "observe/log.hpp"
#include "store/embedded_log.hpp"

namespace tidings::store::testing {

class Recorder final : public LogListener {
 public:
  void on_epoch(Epoch epoch) override {
    const std::lock_guard lock(mutex_);
    epochs_.push_back(epoch);
  }
  void on_committed(std::span<const RecordPtr> records) override {
    when_told();
    const std::lock_guard lock(mutex_);
    records_.insert(records_.end(), records.begin(), records.end());
    ++commits_;
  }
  void on_floor(Position floor) override {
    const std::lock_guard lock(mutex_);
    floors_.push_back(floor);
  }

  std::function<void()> when_told = [] {};  // of records; on the log's thread

  [[nodiscard]] std::vector<Epoch> epochs() const { return copy(epochs_); }
  [[nodiscard]] std::vector<RecordPtr> records() const { return copy(records_); }
  [[nodiscard]] std::vector<Position> floors() const { return copy(floors_); }
  [[nodiscard]] std::size_t commits() const { return copy(commits_); }

 private:
  template <typename T>
  T copy(const T& what) const {
    const std::lock_guard lock(mutex_);
    return what;
  }

  mutable std::mutex mutex_;
  std::vector<Epoch> epochs_;
  std::vector<RecordPtr> records_;
  std::vector<Position> floors_;
  std::size_t commits_ = 0;
};

// Catches log lines while it lives.
class LogLines {
 public:
  LogLines() {
    observe::redirect_log([this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    });
  }
  ~LogLines() { observe::redirect_log({}); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  [[nodiscard]] std::ptrdiff_t count(std::string_view event) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::count_if(lines_, [event](const std::string& line) { return line.find(event) != line.npos; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// The answer to a call that takes a callback: answer<Result<Page>>([&](auto done) { log.read(query, done); }).
template <typename T, typename Call>
T answer(Call call) {
  auto promise = std::make_shared<std::promise<T>>();
  auto future = promise->get_future();
  call([promise](T value) { promise->set_value(std::move(value)); });
  return future.get();
}

inline Result<std::vector<Cursor>> append_now(EventLog& log, std::vector<Event> events) {
  return answer<Result<std::vector<Cursor>>>([&](auto done) { log.append(std::move(events), done); });
}

inline Result<Page> read_now(EventLog& log, ReadQuery query) {
  return answer<Result<Page>>([&](auto done) { log.read(std::move(query), done); });
}

inline void tick_now(EmbeddedLog& log) {
  answer<bool>([&](auto done) { log.tick([done] { done(true); }); });
}

}  // namespace tidings::store::testing
