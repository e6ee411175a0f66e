// How much of what was read is still held by those who read it, whichever thread they are on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace tidings::store {

class HeldBytes : public std::enable_shared_from_this<HeldBytes> {
 public:
  // So many more, until the last copy of what is returned is gone.
  [[nodiscard]] std::shared_ptr<const void> hold(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      held_ += bytes;
    }
    return {nullptr, [all = shared_from_this(), bytes](const void*) { all->let_go(bytes); }};
  }
  // Waits until fewer than `most` are held, or there is no more waiting.
  void wait_below(std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, most] { return held_ < most || over_; });
  }
  void end_waiting() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  void let_go(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    held_ -= bytes;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t held_ = 0;
  bool over_ = false;
};

}  // namespace tidings::store
