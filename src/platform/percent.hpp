// Percent-encoding (RFC 3986 §2.1), decoded strictly: what is cut off or not hexadecimal is malformed, and so is NUL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings {

enum class Plus : std::uint8_t { is_plus, is_space };  // a path's plus is one; a form's plus is a space

// Decoded once; nothing where malformed.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::is_plus);

}  // namespace tidings
