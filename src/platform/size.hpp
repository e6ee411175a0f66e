// Sizes in bytes as people write them in settings: "1000", "256KiB", "1GiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidings {

// Digits and nothing, KiB, MiB, GiB or TiB after them: bytes. Nothing for anything else (no sign, fraction or space; KB
// could mean either of two), or where 64 bits don't hold it.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace tidings
