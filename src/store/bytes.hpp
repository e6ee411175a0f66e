// Fixed-width and variable-width integers in stored bytes, and a reader that can't run past their end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::store {

// Big-endian, so that the order of bytes is the order of numbers.
void put_u64(std::string& to, std::uint64_t value);
void put_u32(std::string& to, std::uint32_t value);
// LEB128: seven bits a byte, the lowest first.
void put_varint(std::string& to, std::uint64_t value);
// Its length as a varint, then the bytes.
void put_text(std::string& to, std::string_view text);

// Takes from the front. Once something was missing or malformed, `ok` is false and all that follows is empty or 0.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] std::uint64_t varint();
  [[nodiscard]] std::string_view text();
  [[nodiscard]] bool ok() const { return ok_; }
  // Everything was taken, and nothing was missing.
  [[nodiscard]] bool finished() const { return ok_ && left_.empty(); }
  [[nodiscard]] std::size_t left() const { return left_.size(); }

 private:
  std::string_view take(std::size_t count);
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace tidings::store
