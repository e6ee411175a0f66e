// Timers as links in a wheel: arming, moving and cancelling are O(1), allocate nothing, and an armed timer costs its own
// 32 bytes. Precision is one tick; a timer never fires early.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "platform/clock.hpp"

namespace tidings::net {

// Embedded in (or a base of) what waits. Cancels itself when destroyed. 32 bytes.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual void on_timer() = 0;
  [[nodiscard]] bool armed() const { return next_ != nullptr; }

 protected:
  ~Timer() { unlink(); }

 private:
  friend class TimerWheel;
  void unlink();

  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  std::uint64_t tick_ = 0;
};
static_assert(sizeof(Timer) == 32);

class TimerWheel {
 public:
  static constexpr Milliseconds tick{10};

  explicit TimerWheel(MonotonicTime start);
  ~TimerWheel();

  // (Re)arms: fires at the first tick at or after `when`; at the next advance where `when` has passed.
  void arm(Timer& timer, MonotonicTime when);
  void cancel(Timer& timer);

  // Fires all that are due, in order of their ticks. Timers may arm and cancel any timer, themselves too.
  void advance(MonotonicTime now);
  // When `advance` must be called at the latest; MonotonicTime::max() where nothing is armed. May be early.
  [[nodiscard]] MonotonicTime next_due() const;

 private:
  struct Impl;
  // Hierarchical: 4 levels of 256 slots cover 497 days at 10 ms.
  static constexpr int levels = 4;
  static constexpr int slots = 256;
  struct Link;
  std::vector<Timer*> wheel_;
  std::uint64_t now_tick_ = 0;
  MonotonicTime start_;
  std::size_t armed_ = 0;
};

}  // namespace tidings::net
