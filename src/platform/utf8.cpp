#include "platform/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tidings {
namespace {

// What may follow a lead byte: how many bytes, and the range of the first of them (RFC 3629 §4).
struct Continuation {
  std::size_t bytes;
  std::uint8_t least;
  std::uint8_t most;
};

constexpr Continuation none{0, 0, 0};

constexpr Continuation after(std::uint8_t lead) {
  if (lead < 0xc2) return none;
  if (lead < 0xe0) return {1, 0x80, 0xbf};
  if (lead == 0xe0) return {2, 0xa0, 0xbf};  // below: overlong
  if (lead == 0xed) return {2, 0x80, 0x9f};  // above: surrogates
  if (lead < 0xf0) return {2, 0x80, 0xbf};
  if (lead == 0xf0) return {3, 0x90, 0xbf};  // below: overlong
  if (lead < 0xf4) return {3, 0x80, 0xbf};
  if (lead == 0xf4) return {3, 0x80, 0x8f};  // above: beyond U+10FFFF
  return none;
}

// Most text is ASCII: whole words of it are passed over at once.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t word = 0;
  while (text.size() - at >= sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & high_bits) != 0) break;
    at += sizeof word;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while ((at = skip_ascii(text, at)) < text.size()) {
    const Continuation expected = after(static_cast<std::uint8_t>(text[at]));
    if (expected.bytes == 0 || text.size() - at <= expected.bytes) return false;
    const auto second = static_cast<std::uint8_t>(text[at + 1]);
    if (second < expected.least || second > expected.most) return false;
    for (std::size_t i = 2; i <= expected.bytes; ++i) {
      if ((static_cast<std::uint8_t>(text[at + i]) & 0xc0) != 0x80) return false;
    }
    at += expected.bytes + 1;
  }
  return true;
}

}  // namespace tidings
