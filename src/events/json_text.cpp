#include "events/json_text.hpp"

#include <bit>
#include <cstring>

namespace tidings::events {
namespace {

bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// How many bytes of a string stand for themselves from here on: up to a quote, a backslash or a control character.
// Eight at a time, since most of what is published lies within strings; the first hit is exact, and a borrow can only
// spoil later ones.
std::size_t plain_run(std::string_view text) {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highest_bits = ones << 7;
  const auto below = [](std::uint64_t bytes, std::uint64_t bound) { return (bytes - ones * bound) & ~bytes; };
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof bytes; at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const std::uint64_t hits =
        (below(bytes, 0x20) | below(bytes ^ (ones * '"'), 1) | below(bytes ^ (ones * '\\'), 1)) & highest_bits;
    if (hits != 0) return at + static_cast<std::size_t>(std::countr_zero(hits)) / 8;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && !control(text[at])) ++at;
  return at;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

bool JsonText::fail(Fault fault) {
  if (fault_ == Fault::none) fault_ = fault;
  at_ = text_.size();
  return false;
}

char JsonText::peek() {
  while (at_ < text_.size() && space(text_[at_])) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonText::take(char expected) {
  if (peek() != expected || at_ == text_.size()) return fail(Fault::malformed);
  ++at_;
  return true;
}

bool JsonText::at_end() {
  static_cast<void>(peek());
  return at_ == text_.size() ? fault_ == Fault::none : fail(Fault::malformed);
}

bool JsonText::open(char bracket) { return take(bracket); }

bool JsonText::next_member(std::string& name, bool& first) {
  if (peek() == '}') {
    ++at_;
    return false;
  }
  if (!first && !take(',')) return false;
  first = false;
  return string(name) && take(':');
}

bool JsonText::next_element(bool& first) {
  if (peek() == ']') {
    ++at_;
    return false;
  }
  if (!first && !take(',')) return false;
  first = false;
  return true;
}

bool JsonText::string(std::string& decoded) {
  decoded.clear();
  if (!take('"')) return false;
  while (at_ < text_.size()) {
    const std::string_view plain = text_.substr(at_, plain_run(text_.substr(at_)));
    decoded.append(plain);
    at_ += plain.size();
    if (at_ == text_.size() || control(text_[at_])) break;
    if (text_[at_++] == '"') return true;
    if (!escape(decoded)) return false;
  }
  return fail(Fault::malformed);
}

// After the backslash.
bool JsonText::escape(std::string& decoded) {
  constexpr std::string_view written = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  if (at_ == text_.size()) return fail(Fault::malformed);
  const char c = text_[at_++];
  if (const std::size_t which = written.find(c); which != std::string_view::npos) {
    decoded += meant[which];
    return true;
  }
  std::uint32_t code = 0;
  if (c != 'u' || !four_hex(code)) return fail(Fault::malformed);
  if (code >= 0xDC00 && code <= 0xDFFF) return fail(Fault::surrogate);
  if (code >= 0xD800 && code <= 0xDBFF) {
    std::uint32_t low = 0;
    if (!text_.substr(at_).starts_with("\\u")) return fail(Fault::surrogate);
    at_ += 2;
    if (!four_hex(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail(Fault::surrogate);
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(decoded, code);
  return true;
}

bool JsonText::four_hex(std::uint32_t& value) {
  if (text_.size() - at_ < 4) return fail(Fault::malformed);
  for (int i = 0; i < 4; ++i) {
    const char c = text_[at_++];
    const char lower = static_cast<char>(c | 0x20);
    if (digit(c)) {
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return fail(Fault::malformed);
    }
  }
  return true;
}

bool JsonText::raw_string(std::string& out) {
  const std::size_t begin = at_;
  if (!take('"')) return false;
  at_ += plain_run(text_.substr(at_));
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
  } else {  // an escape to check, or a fault
    at_ = begin;
    if (!string(scratch_)) return false;
  }
  out.append(text_.substr(begin, at_ - begin));
  return true;
}

bool JsonText::digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && digit(text_[at_])) ++at_;
  return at_ != begin || fail(Fault::malformed);
}

bool JsonText::number(std::string& out) {
  const std::size_t begin = at_;
  const auto next_is = [&](std::string_view any) {
    return at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
  };
  if (next_is("-")) ++at_;
  if (next_is("0")) {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (next_is(".")) {
    ++at_;
    if (!digits()) return false;
  }
  if (next_is("eE")) {
    ++at_;
    if (next_is("+-")) ++at_;
    if (!digits()) return false;
  }
  out.append(text_.substr(begin, at_ - begin));
  return true;
}

bool JsonText::literal(std::string_view word, std::string& out) {
  if (!text_.substr(at_).starts_with(word)) return fail(Fault::malformed);
  at_ += word.size();
  out.append(word);
  return true;
}

bool JsonText::compact_value(std::string& out, std::size_t most_levels, std::size_t most_bytes) {
  return value(out, most_levels, most_bytes);
}

bool JsonText::value(std::string& out, std::size_t levels_left, std::size_t most_bytes) {
  bool read = false;
  switch (peek()) {
    case '{':
    case '[':
      read = container(out, levels_left, most_bytes);
      break;
    case '"':
      read = raw_string(out);
      break;
    case 't':
      read = literal("true", out);
      break;
    case 'f':
      read = literal("false", out);
      break;
    case 'n':
      read = literal("null", out);
      break;
    default:
      read = number(out);
      break;
  }
  return read && (out.size() <= most_bytes || fail(Fault::too_long));
}

bool JsonText::container(std::string& out, std::size_t levels_left, std::size_t most_bytes) {
  if (levels_left == 0) return fail(Fault::too_deep);
  const char opening = text_[at_++];
  const char closing = opening == '{' ? '}' : ']';
  out += opening;
  if (peek() == closing) {
    ++at_;
    out += closing;
    return true;
  }
  while (true) {
    if (opening == '{') {
      static_cast<void>(peek());
      if (!raw_string(out) || !take(':')) return false;
      out += ':';
    }
    if (!value(out, levels_left - 1, most_bytes)) return false;
    if (peek() == closing) break;
    if (!take(',')) return false;
    out += ',';
  }
  ++at_;
  out += closing;
  return true;
}

}  // namespace tidings::events
