// Where `since` points (SPEC §1.3): an age ("15m"), an RFC 3339 time, or "earliest".
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "events/stream.hpp"
#include "platform/clock.hpp"

namespace tidings::api {

// RFC 3339 §5.6, to the millisecond; what is finer is cut off. A leap second is the first of the next minute. Nothing
// for anything else.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

// Nothing where it is none of the three. An age beyond 1970 is 1970.
[[nodiscard]] std::optional<decltype(events::StartAt::since)> parse_since(std::string_view text, WallTime now);

}  // namespace tidings::api
