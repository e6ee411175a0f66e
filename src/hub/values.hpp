// Values of settings that no room below reads for itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidings::hub {

// Decimal digits alone, within 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);
// "true" or "false".
// n of "replica:n".
[[nodiscard]] std::optional<std::size_t> parse_replicas(std::string_view text);
[[nodiscard]] std::optional<bool> parse_flag(std::string_view text);

}  // namespace tidings::hub
