// ECDSA signatures: JWS writes r and s as two numbers of fixed length (RFC 7518 §3.4), OpenSSL reads them in DER.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::auth {

// `raw` must have twice `number_bytes` (the size of the curve's field) bytes; nothing otherwise.
[[nodiscard]] std::optional<std::string> ecdsa_der_from_raw(std::string_view raw, std::size_t number_bytes);

}  // namespace tidings::auth
