#include "store/bytes.hpp"

#include <array>
#include <cstddef>

namespace tidings::store {

namespace {

template <typename Number>
void put_number(std::string& to, Number value) {
  std::array<char, sizeof value> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * (bytes.size() - 1 - i)));
  to.append(bytes.data(), bytes.size());
}

}  // namespace

void put_u64(std::string& to, std::uint64_t value) { put_number(to, value); }

void put_u32(std::string& to, std::uint32_t value) { put_number(to, value); }

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>(value | 0x80));
  to.push_back(static_cast<char>(value));
}

void put_text(std::string& to, std::string_view text) {
  put_varint(to, text.size());
  to.append(text);
}

std::string_view ByteReader::take(std::size_t count) {
  if (!ok_ || count > left_.size()) {
    ok_ = false;
    left_ = {};
    return {};
  }
  const std::string_view taken = left_.substr(0, count);
  left_.remove_prefix(count);
  return taken;
}

std::uint8_t ByteReader::u8() {
  const std::string_view bytes = take(1);
  return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes[0]);
}

std::uint32_t ByteReader::u32() {
  std::uint32_t value = 0;
  for (const char byte : take(4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint64_t ByteReader::u64() {
  std::uint64_t value = 0;
  for (const char byte : take(8)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((byte & 0x80) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  left_ = {};
  return 0;
}

std::string_view ByteReader::text() {
  const std::uint64_t size = varint();
  return take(size);
}

}  // namespace tidings::store
