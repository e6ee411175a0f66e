// How long events took from before they were published until they were read, by windows of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidings::bench {

class Delays {
 public:
  // What was published from `time` on is counted apart.
  void begin_window(std::uint64_t time);
  // Both of `now_nanoseconds`. What was published before the first window is not counted.
  void add(std::uint64_t published_at, std::uint64_t read_at);

  [[nodiscard]] std::size_t windows() const { return windows_.size(); }
  [[nodiscard]] std::size_t count(std::size_t window) const { return windows_[window].microseconds.size(); }
  // In milliseconds; `part` from 0 to 1. 0 where there is none.
  [[nodiscard]] double percentile(std::size_t window, double part);

 private:
  struct Window {
    std::uint64_t start = 0;
    std::vector<std::uint32_t> microseconds;
  };

  std::vector<Window> windows_;
};

}  // namespace tidings::bench
