// Time comes in from outside, so that a test can run a day in a second. `SystemClock` is the real one, `ManualClock`
// the tests' own.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tidings {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
// Never jumps; for intervals and deadlines.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;
// What the calendar says; for tokens and what people read. May jump either way.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] MonotonicTime monotonic() const override;
  [[nodiscard]] WallTime wall() const override;
};

// Stands still until it is moved. Safe to read from other threads.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = WallTime{Seconds{1'700'000'000}}) : wall_(wall) {}
  [[nodiscard]] MonotonicTime monotonic() const override { return monotonic_.load(); }
  [[nodiscard]] WallTime wall() const override { return wall_.load(); }
  // Both clocks move on together, as they do when nobody touches the machine's.
  void advance(Milliseconds by) {
    monotonic_.store(monotonic_.load() + by);
    wall_.store(wall_.load() + by);
  }
  // The calendar jumps; intervals are untouched.
  void set_wall(WallTime wall) { wall_.store(wall); }

 private:
  std::atomic<MonotonicTime> monotonic_{MonotonicTime{Seconds{1'000}}};
  std::atomic<WallTime> wall_;
};

// RFC 3339 in UTC with milliseconds, e.g. "2026-01-31T09:30:00.250Z"; `seconds_only` leaves the fraction out. Times
// that four digits of a year can't say become the nearest that they can.
[[nodiscard]] std::string to_rfc3339(WallTime time, bool seconds_only = false);

// Any RFC 3339 date-time, with its offset; what is finer than milliseconds is cut off. Nothing for anything else: no
// space for the T, no impossible date, and 60 seconds only where a leap second can be.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace tidings
