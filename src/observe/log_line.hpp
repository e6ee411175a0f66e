// One log line as text or JSON (RFC 8259), whatever the values hold: control characters, what terminals would obey and
// bytes that are not UTF-8 never come through.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "observe/log.hpp"
#include "platform/clock.hpp"

namespace tidings::observe {

// Bytes of a value, escapes included; what is longer is cut and ends with "…".
inline constexpr std::size_t longest_value = 1024;

[[nodiscard]] std::string_view level_name(Level level);

// Without a newline, and shorter than `longest_line`: fields that don't fit are left out, which `truncated` says.
//
//   2026-01-31T09:30:00.250Z info listening address=127.0.0.1:8080 side=everyone
//   {"time":"2026-01-31T09:30:00.250Z","level":"info","event":"listening","address":"127.0.0.1:8080"}
[[nodiscard]] std::string format_line(Format format, WallTime time, Level level, std::string_view event,
                                      std::span<const Field> fields);

}  // namespace tidings::observe
