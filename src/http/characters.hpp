// The character classes of HTTP's grammar (RFC 9110 §5.6.2, RFC 9112 §2.2), on bytes and without a locale.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "platform/hexadecimal.hpp"

namespace tidings::http {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[nodiscard]] constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A table, since every byte of a head's names is looked up.
inline constexpr std::array<bool, 256> tokens = [] {
  std::array<bool, 256> made{};
  for (std::size_t byte = 0; byte < made.size(); ++byte) {
    const char c = static_cast<char>(byte);
    made[byte] = is_digit(c) || is_letter(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  }
  return made;
}();

// What methods and field names are made of: `tchar`.
[[nodiscard]] constexpr bool is_token(char c) { return tokens[static_cast<unsigned char>(c)]; }

// What credentials after a scheme's name are: `token68` (RFC 9110 §11.2), which RFC 6750 §2.1 calls `b64token`.
[[nodiscard]] constexpr bool is_token68(std::string_view text) {
  const auto padding = text.find_last_not_of('=') + 1;  // 0 where there is nothing else
  if (padding == 0) return false;
  for (const char c : text.substr(0, padding)) {
    if (!is_digit(c) && !is_letter(c) && std::string_view("-._~+/").find(c) == std::string_view::npos) return false;
  }
  return true;
}

// What a request-target may hold: visible ASCII. Anything else a client must have percent-encoded (RFC 3986 §2).
[[nodiscard]] constexpr bool is_target(char c) { return c > ' ' && c < '\x7f'; }

// What a field's value may hold: `field-vchar`, SP and HTAB; obsolete text above 127 included.
[[nodiscard]] constexpr bool is_value(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
}

// Without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace tidings::http
