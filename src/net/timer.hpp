// Timers as links in a wheel: arming, moving and cancelling are O(1), allocate nothing, and an armed timer costs its
// own 32 bytes. Precision is one tick; a timer never fires early.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "platform/clock.hpp"

namespace tidings::net {

// A place in a doubly linked ring, which a `TimerWheel` closes. Leaves it when destroyed.
class TimerLink {
 public:
  TimerLink() = default;
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;
  [[nodiscard]] bool armed() const { return next_ != nullptr; }

 protected:
  ~TimerLink() { unlink(); }

 private:
  friend class TimerWheel;
  void unlink();

  TimerLink* next_ = nullptr;
  TimerLink* previous_ = nullptr;
  std::uint64_t tick_ = 0;
};

// Embedded in (or a base of) what waits. Cancels itself when destroyed. 32 bytes.
class Timer : public TimerLink {
 public:
  virtual void on_timer() = 0;

 protected:
  ~Timer() = default;
};
static_assert(sizeof(Timer) == 32);

// 11 KB, however many timers it holds. Lives on one thread. Must not move and may die before its timers.
class TimerWheel {
 public:
  static constexpr Milliseconds tick{10};

  explicit TimerWheel(MonotonicTime start);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // (Re)arms: fires at the first tick at or after `when`; at the next advance where `when` has passed. Further ahead
  // than the wheel reaches (1,393 years) counts as that far.
  void arm(Timer& timer, MonotonicTime when);
  void cancel(Timer& timer);

  // Fires all that are due, in order of their ticks. Timers may arm and cancel any timer, themselves too; one that is
  // armed meanwhile for a tick that has passed waits for the next advance.
  void advance(MonotonicTime now);
  // When `advance` must be called at the latest; MonotonicTime::max() where nothing is armed. May be early.
  [[nodiscard]] MonotonicTime next_due() const;

 private:
  // Hierarchical: slot s of level l holds timers whose ticks agree with the present one in all digits (of base 64)
  // above the l-th, which is s. When the present reaches a slot of an upper level, its timers move to levels below.
  static constexpr int levels = 7;
  static constexpr int digit_bits = 6;
  static constexpr std::size_t slots = 1U << digit_bits;

  struct Ring : TimerLink {};
  struct Place {
    int level;
    std::size_t slot;
    std::uint64_t tick;  // when it is reached
  };

  [[nodiscard]] std::uint64_t digit(std::uint64_t of, int level) const;
  [[nodiscard]] std::optional<Place> next_place() const;
  void place(TimerLink& timer);
  void fire(Ring& ring);
  static void append(Ring& ring, TimerLink& link);
  static void move_all(Ring& from, Ring& to);

  MonotonicTime start_;
  std::uint64_t now_tick_ = 0;
  Ring overdue_;  // for the next advance, whatever its time
  std::array<std::array<Ring, slots>, levels> rings_;
  // A bit for each ring that may hold something: timers that leave don't clear it, searches do.
  mutable std::array<std::uint64_t, levels> occupied_{};
};

}  // namespace tidings::net
