// The log's own time: the calendar's at start, and from there on as the monotonic clock goes. So a machine whose
// calendar jumps neither loses what it keeps nor keeps it for ever, and records' times never decrease.
#pragma once

#include "platform/clock.hpp"

namespace tidings::store {

// Reading is safe from any thread.
class LogTime {
 public:
  static constexpr Milliseconds noticed_jump{Seconds{5}};

  explicit LogTime(const Clock& clock) : clock_(clock) {}
  // Starts at the calendar's time, or at that of the newest record where that is later.
  void start(WallTime newest);
  [[nodiscard]] WallTime now() const;
  // The calendar's `time` on the log's time line: what now is 15 minutes ago is so there too, also after a jump.
  [[nodiscard]] WallTime from_wall(WallTime time) const;
  // How far the calendar jumped since the last call; 0 where by no more than `noticed_jump`.
  [[nodiscard]] Milliseconds jump();

 private:
  [[nodiscard]] Milliseconds ahead() const { return clock_.wall() - now(); }

  const Clock& clock_;
  WallTime base_{};
  MonotonicTime began_{};
  Milliseconds known_ahead_{0};
};

}  // namespace tidings::store
