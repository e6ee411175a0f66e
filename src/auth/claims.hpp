// What an access token's claims must be (RFC 7519 §4.1, SPEC §2 and §3), and the checks of time that all tokens share.
#pragma once

#include <optional>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/json.hpp"
#include "auth/tokens.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

// `aud` of SSE tokens; no access token may bear it.
inline constexpr std::string_view sse_audience = "tidings:stream";

struct VerifiedToken {
  Identity identity;
  WallTime not_before{};  // the later of `nbf` and `iat`
};

// `token_claims`; `token_expired` without `exp`; `token_type` for an audience that makes it an SSE token. Looks at no
// clock.
[[nodiscard]] Result<VerifiedToken> read_access_claims(const Json& claims, const TokenSettings& settings);

// `sub`: `token_claims` where it is missing or no valid user.
[[nodiscard]] Result<std::string> read_user(const Json& claims);

// A NumericDate (RFC 7519 §2), fractions allowed, from 1970 to the end of 9999.
[[nodiscard]] std::optional<WallTime> numeric_date(const Json& value);

// `token_expired` from `expires_at` + `skew` on.
[[nodiscard]] Result<void> check_not_expired(WallTime expires_at, WallTime now, Milliseconds skew);
// `token_not_yet_valid` before `not_before` - `skew`.
[[nodiscard]] Result<void> check_begun(WallTime not_before, WallTime now, Milliseconds skew);

}  // namespace tidings::auth
