// base64url without padding (RFC 4648 §5), as JWTs and this hub's identifiers use it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings {

[[nodiscard]] std::string base64url_encode(std::span<const std::byte> bytes);
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

// Strict: nothing for padding, characters outside the alphabet, impossible lengths, or stray bits in the last one.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace tidings
