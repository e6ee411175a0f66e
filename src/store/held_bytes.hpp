// How much of what was read is still held by those who read it, whichever thread they are on. With it comes the lock
// that the reader waits under, for this and for whatever else wakes it, since who holds something may outlive it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace tidings::store {

class HeldBytes : public std::enable_shared_from_this<HeldBytes> {
 public:
  // So many more, until the last copy of what is returned is gone. That must not go under the lock.
  [[nodiscard]] std::shared_ptr<const void> hold(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      held_ += bytes;
    }
    return {nullptr, [all = shared_from_this(), bytes](const void*) { all->let_go(bytes); }};
  }
  // Under the lock.
  [[nodiscard]] bool below(std::size_t most) const { return held_ < most; }

  [[nodiscard]] std::mutex& mutex() { return mutex_; }
  // Notified whenever something was let go.
  [[nodiscard]] std::condition_variable& changed() { return changed_; }

 private:
  void let_go(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      held_ -= bytes;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t held_ = 0;
};

}  // namespace tidings::store
