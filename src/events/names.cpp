#include "events/names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tidings::events {
namespace {

constexpr std::size_t longest_name = 128;
constexpr std::size_t longest_user = 255;
constexpr std::size_t longest_label_name = 32;

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Segments of the allowed characters, joined by `separator`, none empty.
bool valid_segments(std::string_view text, char separator, std::string_view others) {
  if (text.empty() || text.size() > longest_name) return false;
  bool segment_empty = true;
  for (const char c : text) {
    if (c == separator) {
      if (segment_empty) return false;
      segment_empty = true;
      continue;
    }
    if (!letter_or_digit(c) && others.find(c) == std::string_view::npos) return false;
    segment_empty = false;
  }
  return !segment_empty;
}

// The length of the UTF-8 sequence at the start of `text` (RFC 3629 §4), or 0 where there is none; `code` is its
// character.
std::size_t utf8_sequence(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    code = first;
    return 1;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least.at(length) || surrogate || code > 0x10FFFF ? 0 : length;
}

}  // namespace

bool valid_type(std::string_view text) { return valid_segments(text, '.', "_:-"); }

bool valid_channel(std::string_view text) { return valid_segments(text, ':', "_.@-"); }

bool valid_user(std::string_view text) {
  if (text.empty() || text.size() > longest_user) return false;
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t length = utf8_sequence(text, code);
    const bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F);
    if (length == 0 || control) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool reserved_type(std::string_view text) {
  constexpr std::array<std::string_view, 7> reserved{"hello", "ping", "gap", "reauth", "bye", "open", "error"};
  return std::ranges::find(reserved, text) != reserved.end();
}

bool valid_label_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_label_name &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace tidings::events
