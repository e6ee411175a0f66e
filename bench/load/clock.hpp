// One clock for the generator: when an event is published and when it is read are told apart by it.
#pragma once

#include <chrono>
#include <cstdint>

namespace tidings::bench {

inline constexpr std::uint64_t second = 1'000'000'000;  // in the clock's unit

// Nanoseconds since some moment that all processes on this machine share.
inline std::uint64_t now_nanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

inline std::uint64_t nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace tidings::bench
