// The compact form of a signed JWT, taken apart (RFC 7515 §3.1, RFC 7519 §7.2): strict about its shape, suspicious of
// its header (RFC 8725), and trusting none of it: the payload is not looked into before the signature has been
// verified.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "auth/json.hpp"
#include "auth/keys.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

// Access tokens of 1 to 2 KB are usual.
inline constexpr std::size_t most_access_token_bytes = 8 * 1024;
// An SSE token repeats its access token's user and permissions and has a few claims of its own.
inline constexpr std::size_t most_sse_token_bytes = most_access_token_bytes + 1024;

struct Jwt {
  Algorithm algorithm{};
  std::string type;  // `typ` in lower case, without "application/"; empty where there is none
  std::optional<std::string> key_id;
  std::string_view signed_part;  // of the token that was parsed
  std::string payload;
  std::string signature;
};

// `token_malformed`: not three parts of base64url, the first a JSON object. `token_algorithm`: an algorithm that is
// none of the hub's, or a header field that would have the token say how it is to be verified: `crit`, `jku`, `jwk`,
// `x5u`, `x5c`, `b64`, `enc`, `zip`.
[[nodiscard]] Result<Jwt> parse_jwt(std::string_view token, std::size_t most_bytes);

// The payload's claims, once the signature is verified: `token_malformed` where it is no JSON object.
[[nodiscard]] Result<Json> read_claims(const Jwt& jwt);

// A header or claims set as it stands in a token.
[[nodiscard]] std::string encode_part(const Json& part);

}  // namespace tidings::auth
