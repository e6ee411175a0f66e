#include "store/log_reader.hpp"

#include <utility>

namespace tidings::store {

void LogReader::start() {
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void LogReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool LogReader::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_ || waiting_.size() >= most_waiting) return false;
    waiting_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void LogReader::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !running_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace tidings::store
