#include "delays.hpp"

#include <algorithm>

namespace tidings::bench {

void Delays::begin_window(std::uint64_t time) { windows_.push_back({.start = time, .microseconds = {}}); }

void Delays::add(std::uint64_t published_at, std::uint64_t read_at) {
  for (auto window = windows_.rbegin(); window != windows_.rend(); ++window) {
    if (published_at < window->start) continue;
    window->microseconds.push_back(static_cast<std::uint32_t>((read_at - published_at) / 1000));
    return;
  }
}

double Delays::percentile(std::size_t window, double part) {
  std::vector<std::uint32_t>& delays = windows_[window].microseconds;
  if (delays.empty()) return 0;
  const auto place = delays.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(delays.size() - 1));
  std::nth_element(delays.begin(), place, delays.end());
  return *place / 1000.0;
}

}  // namespace tidings::bench
