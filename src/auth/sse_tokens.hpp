// The hub's own SSE tokens (SPEC §1.1, §3): JWTs signed with HS256 under a key that no application has, told apart from
// access tokens by `typ` and `aud`.
#pragma once

#include <string_view>

#include "auth/evp.hpp"
#include "auth/identity.hpp"
#include "auth/jwt.hpp"
#include "auth/tokens.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

inline constexpr std::string_view sse_token_type = "sse+jwt";  // `typ`

struct VerifiedSseToken {
  Identity identity;    // the access token's
  WallTime issued_at;   // its own `iat`
  WallTime expires_at;  // its own `exp`
};

// The key as both functions below take it.
[[nodiscard]] evp::HmacKey prepare_sse_key(const SseKey& key);

// Ends `ttl` after `now`, or with the access token.
[[nodiscard]] SseToken sign_sse_token(const evp::HmacKey& key, const Identity& identity, WallTime now,
                                      Milliseconds ttl);

// `jwt` must be of `sse_token_type`. `token_algorithm`, `token_signature`, `token_malformed`, `token_claims`,
// `token_type`. Looks at no clock.
[[nodiscard]] Result<VerifiedSseToken> verify_sse_token(const evp::HmacKey& key, const Jwt& jwt);

}  // namespace tidings::auth
