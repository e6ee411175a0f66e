#include "events/names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "platform/utf8.hpp"

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

}  // namespace

bool valid_type(std::string_view text) { return valid_segments(text, '.', "_:-"); }

bool valid_channel(std::string_view text) { return valid_segments(text, ':', "_.@-"); }

bool valid_user(std::string_view text) {
  if (text.empty() || text.size() > longest_user || !valid_utf8(text)) return false;
  // In UTF-8 the C1 controls, U+0080 to U+009F, are 0xC2 and a byte up to 0x9F.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) <= 0x9F) return false;
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
