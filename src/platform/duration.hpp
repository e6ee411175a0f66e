// Durations as people write them in settings and queries: "500ms", "1s", "15m", "24h", "7d".
#pragma once

#include <optional>
#include <string_view>

#include "platform/clock.hpp"

namespace tidings {

// The longest duration that is understood; any sum of it and a time of this age of the world is in range.
inline constexpr Milliseconds longest_duration = std::chrono::duration_cast<Milliseconds>(std::chrono::years{1000});

// Digits and one of the units ms, s, m, h, d; nothing for anything else: no sign, fraction, space or missing unit, and
// nothing above `longest_duration`.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);

}  // namespace tidings
