#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "auth/evp.hpp"
#include "auth/jwt.hpp"
#include "auth/key_material.hpp"
#include "auth/permissions_json.hpp"
#include "auth/tokens.hpp"
#include "events/names.hpp"
#include "platform/base64url.hpp"

namespace tidings::auth {
namespace {

constexpr std::array registered_claims{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};  // RFC 7519 §4.1

const EVP_MD* hmac_digest(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::HS256:
      return EVP_sha256();
    case Algorithm::HS384:
      return EVP_sha384();
    case Algorithm::HS512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

tl::unexpected<Error> unsignable(std::string_view detail) {
  return fail(ErrorCode::parameter_invalid, std::string(detail));
}

Result<Permissions> permissions_of(const TokenRequest& request) {
  Permissions permissions;
  permissions.admin = request.admin;
  const auto parse = [](const std::vector<std::string>& texts, std::vector<events::Pattern>& into) -> Result<void> {
    for (const std::string& text : texts) {
      auto pattern = events::Pattern::parse(text, events::Names::channels);
      if (!pattern) return tl::unexpected(std::move(pattern).error());
      into.push_back(*std::move(pattern));
    }
    return {};
  };
  auto parsed = parse(request.subscribe, permissions.subscribe).and_then([&] {
    return parse(request.publish, permissions.publish);
  });
  if (!parsed) return tl::unexpected(std::move(parsed).error());
  return permissions;
}

}  // namespace

Result<std::string> sign_access_token(const TokenRequest& request, std::string_view secret, Algorithm algorithm,
                                      WallTime now) {
  const EVP_MD* digest = hmac_digest(algorithm);
  if (digest == nullptr) return unsignable("tokens are signed with HS256, HS384 or HS512 only");
  if (secret.size() < least_secret_bytes) return unsignable("a shared secret needs at least 32 bytes");
  if (!events::valid_user(request.user)) {
    return unsignable("the user must be 1 to 255 bytes without control characters");
  }
  if (request.lifetime <= Milliseconds::zero()) return unsignable("the lifetime must be longer than nothing");
  if (std::find(registered_claims.begin(), registered_claims.end(), request.claim) != registered_claims.end()) {
    return unsignable("the permissions claim can't have the name of a registered claim");
  }
  const auto permissions = permissions_of(request);
  if (!permissions) return tl::unexpected(permissions.error());

  const auto issued_at = std::chrono::floor<Seconds>(now.time_since_epoch());
  Json claims;
  claims["sub"] = request.user;
  claims["iat"] = issued_at.count();
  claims["exp"] = (issued_at + std::chrono::ceil<Seconds>(request.lifetime)).count();
  if (request.issuer) claims["iss"] = *request.issuer;
  if (request.audience) claims["aud"] = *request.audience;
  if (Json claim = write_permissions(*permissions); !claim.empty()) claims[request.claim] = std::move(claim);
  const Json header{{"alg", name(algorithm)}, {"typ", "JWT"}};
  const auto payload = write_json(claims);
  if (!payload) return unsignable("the issuer, audience and claim's name must be UTF-8");
  const std::string signed_part = encode_part(header) + "." + base64url_encode(*payload);
  return signed_part + "." + base64url_encode(evp::hmac(digest, secret, signed_part));
}

}  // namespace tidings::auth
