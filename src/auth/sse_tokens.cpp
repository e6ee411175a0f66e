#include "auth/sse_tokens.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/claims.hpp"
#include "auth/permissions_json.hpp"
#include "platform/base64url.hpp"

namespace tidings::auth {
namespace {

// No application derives a key under this label by chance.
constexpr std::string_view key_label = "tidings/sse-token/v1";

// Whole seconds as an integer, as most readers expect; a fraction only where there is one.
Json to_numeric_date(WallTime time) {
  const std::int64_t milliseconds = time.time_since_epoch().count();
  if (milliseconds % 1000 == 0) return milliseconds / 1000;
  return static_cast<double>(milliseconds) / 1000;
}

std::optional<WallTime> date_member(const Json& claims, std::string_view name) {
  const Json* value = member(claims, name);
  return value == nullptr ? std::nullopt : numeric_date(*value);
}

}  // namespace

SseKey derive_sse_key(std::string_view secret) {
  SseKey key{};
  evp::hkdf_sha256(secret, {}, key_label, key);
  return key;
}

evp::HmacKey prepare_sse_key(const SseKey& key) { return {EVP_sha256(), evp::text(key)}; }

SseToken sign_sse_token(const evp::HmacKey& key, const Identity& identity, WallTime now, Milliseconds ttl) {
  const WallTime expires_at = std::min(now + ttl, identity.expires_at);
  const Json header{{"alg", "HS256"}, {"typ", sse_token_type}};
  Json claims{
      {"aud", sse_audience},
      {"sub", identity.user},
      {"iat", to_numeric_date(now)},
      {"exp", to_numeric_date(expires_at)},
      {"access_exp", to_numeric_date(identity.expires_at)},
      {"permissions", write_permissions(identity.permissions)},
  };
  if (identity.issued_at) claims["access_iat"] = *identity.issued_at;
  const std::string signed_part = encode_part(header) + "." + encode_part(claims);
  return {signed_part + "." + base64url_encode(key.code(signed_part)), expires_at};
}

Result<VerifiedSseToken> verify_sse_token(const evp::HmacKey& key, const Jwt& jwt) {
  if (jwt.algorithm != Algorithm::HS256) {
    return fail(ErrorCode::token_algorithm, "An SSE token is signed with HS256.");
  }
  if (!evp::equal(key.code(jwt.signed_part), jwt.signature)) {
    return fail(ErrorCode::token_signature, "The SSE token was not signed by this hub.");
  }
  const auto claims = read_claims(jwt);
  if (!claims) return tl::unexpected(claims.error());
  if (const Json* audience = member(*claims, "aud"); audience == nullptr || *audience != sse_audience) {
    return fail(ErrorCode::token_type, "The token's \"aud\" is not that of an SSE token.");
  }
  auto user = read_user(*claims);
  if (!user) return tl::unexpected(std::move(user).error());
  const auto issued_at = date_member(*claims, "iat");
  const auto expires_at = date_member(*claims, "exp");
  const auto access_expires_at = date_member(*claims, "access_exp");
  const Json* access_issued_at = member(*claims, "access_iat");
  const Json* permissions = member(*claims, "permissions");
  if (!issued_at || !expires_at || !access_expires_at || permissions == nullptr ||
      (access_issued_at != nullptr && !access_issued_at->is_number_integer())) {
    return fail(ErrorCode::token_claims, "The SSE token lacks a claim of its own.");
  }
  auto permitted = read_permissions(*permissions);
  if (!permitted) return tl::unexpected(std::move(permitted).error());
  VerifiedSseToken token{
      {*std::move(user), *std::move(permitted), std::nullopt, *access_expires_at}, *issued_at, *expires_at};
  if (access_issued_at != nullptr) token.identity.issued_at = access_issued_at->get<std::int64_t>();
  return token;
}

}  // namespace tidings::auth
