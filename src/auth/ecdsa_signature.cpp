#include "auth/ecdsa_signature.hpp"

namespace tidings::auth {
namespace {

// An unsigned big-endian number as a DER INTEGER (X.690 §8.3): no leading zeros but where the top bit would make it
// negative. At most 48 bytes, so that a length is always one byte.
std::string der_integer(std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  const bool looks_negative = (static_cast<unsigned char>(number.front()) & 0x80U) != 0;
  std::string der{'\x02', static_cast<char>(number.size() + (looks_negative ? 1 : 0))};
  if (looks_negative) der += '\0';
  return der.append(number);
}

}  // namespace

std::optional<std::string> ecdsa_der_from_raw(std::string_view raw, std::size_t number_bytes) {
  if (raw.size() != 2 * number_bytes) return std::nullopt;
  const std::string numbers = der_integer(raw.substr(0, number_bytes)) + der_integer(raw.substr(number_bytes));
  // Two integers of at most 51 bytes each: the sequence's length, too, is one byte.
  return std::string{'\x30', static_cast<char>(numbers.size())} + numbers;
}

}  // namespace tidings::auth
