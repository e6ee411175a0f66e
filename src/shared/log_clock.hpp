// The shared log's time, which is that of the server: records bear it, and retention goes by it. A node whose own
// calendar is off, or jumps, disturbs nobody by it.
#pragma once

#include <atomic>

#include "platform/clock.hpp"

namespace tidings::shared {

// Thread-safe.
class LogClock {
 public:
  static constexpr Milliseconds noticed{Seconds{5}};  // what this node's calendar may be off by

  explicit LogClock(const Clock& clock) : clock_(clock), ahead_(clock.wall().time_since_epoch() - mono()) {}
  // What the server says that it is now.
  void set(WallTime now) { ahead_ = now.time_since_epoch() - mono(); }
  [[nodiscard]] WallTime now() const { return WallTime{mono() + ahead_.load()}; }
  // This node's `time` on the log's time line: what was 15 minutes ago by its calendar was so by the log's.
  [[nodiscard]] WallTime from_wall(WallTime time) const {
    const Milliseconds off = clock_.wall() - now();
    return off > noticed || off < -noticed ? time - off : time;
  }

 private:
  [[nodiscard]] Milliseconds mono() const { return clock_.monotonic().time_since_epoch(); }

  const Clock& clock_;
  std::atomic<Milliseconds> ahead_;
};

}  // namespace tidings::shared
