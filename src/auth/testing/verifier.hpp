// A `Tokens` with all that it stands on, at a fixed time.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "auth/testing/forge.hpp"
#include "auth/tokens.hpp"

namespace tidings::auth::testing {

inline constexpr std::int64_t now_seconds = 1'700'000'000;

// Claims that every verifier accepts: for an hour, issued now.
inline Json good_claims() { return {{"sub", "anna"}, {"exp", now_seconds + 3600}, {"iat", now_seconds}}; }

inline std::string good_token(const Json& claims = good_claims()) {
  return forge(Json{{"alg", "HS256"}}, claims, hmac_signer());
}

inline KeySet secret_keys() {
  KeySet keys;
  keys.add(Key::from_secret(secret, Algorithm::HS256).value());
  return keys;
}

struct Verifier {
  explicit Verifier(KeySet keys = secret_keys(), TokenSettings settings = {})
      : tokens(std::move(keys), derive_sse_key(secret), std::move(settings), revocations, clock) {}

  ManualClock clock{WallTime{Seconds{now_seconds}}};
  Revocations revocations;
  Tokens tokens;
};

// The code of a refusal; "ok" where there was none.
template <typename T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(describe(result.error().code).code);
}

}  // namespace tidings::auth::testing
