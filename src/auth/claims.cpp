#include "auth/claims.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "auth/permissions_json.hpp"
#include "events/names.hpp"

namespace tidings::auth {
namespace {

constexpr double latest_date = 253'402'300'799;  // 9999-12-31T23:59:59Z

tl::unexpected<Error> refused(std::string_view detail) { return fail(ErrorCode::token_claims, std::string(detail)); }

// RFC 7519 §4.1.3: a string, or an array of strings.
Result<std::vector<std::string>> read_audiences(const Json& claims) {
  const Json* audience = member(claims, "aud");
  if (audience == nullptr) return {};
  std::vector<std::string> audiences;
  if (audience->is_string()) {
    audiences.push_back(audience->get<std::string>());
    return audiences;
  }
  if (!audience->is_array()) return refused("The token's \"aud\" is neither a string nor an array.");
  for (const Json& item : *audience) {
    if (!item.is_string()) return refused("The token's \"aud\" holds something that is not a string.");
    audiences.push_back(item.get<std::string>());
  }
  return audiences;
}

Result<void> check_audience(const Json& claims, const std::optional<std::string>& wanted) {
  const auto audiences = read_audiences(claims);
  if (!audiences) return tl::unexpected(audiences.error());
  const auto holds = [&](std::string_view name) {
    return std::find(audiences->begin(), audiences->end(), name) != audiences->end();
  };
  if (holds(sse_audience)) return fail(ErrorCode::token_type, "This is an SSE token; an access token is needed.");
  if (wanted && !holds(*wanted)) return refused("The token's \"aud\" does not name this hub.");
  return {};
}

Result<void> check_issuer(const Json& claims, const std::optional<std::string>& wanted) {
  const Json* issuer = member(claims, "iss");
  if (issuer != nullptr && !issuer->is_string()) return refused("The token's \"iss\" is not a string.");
  if (wanted && (issuer == nullptr || *issuer != *wanted)) {
    return refused("The token's \"iss\" is not the configured issuer.");
  }
  return {};
}

// Reads `exp`, `nbf` and `iat` into `token`.
Result<void> read_times(const Json& claims, VerifiedToken& token) {
  const Json* expires = member(claims, "exp");
  if (expires == nullptr) return refused("The token has no \"exp\".");
  const auto expires_at = numeric_date(*expires);
  if (!expires_at) return refused("The token's \"exp\" is not a date in seconds since 1970.");
  token.identity.expires_at = *expires_at;
  if (const Json* not_before = member(claims, "nbf")) {
    const auto time = numeric_date(*not_before);
    if (!time) return refused("The token's \"nbf\" is not a date in seconds since 1970.");
    token.not_before = *time;
  }
  if (const Json* issued = member(claims, "iat")) {
    const auto time = numeric_date(*issued);
    if (!time) return refused("The token's \"iat\" is not a date in seconds since 1970.");
    token.not_before = std::max(token.not_before, *time);
    // Rounded down, so that a revocation in the same second holds.
    token.identity.issued_at = static_cast<std::int64_t>(issued->get<double>());
  }
  return {};
}

}  // namespace

std::optional<WallTime> numeric_date(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.get<double>();
  if (!(seconds >= 0 && seconds <= latest_date)) return std::nullopt;
  return WallTime{Milliseconds{std::llround(seconds * 1000)}};
}

Result<std::string> read_user(const Json& claims) {
  const Json* subject = member(claims, "sub");
  if (subject == nullptr || !subject->is_string()) return refused("The token has no \"sub\" that is a string.");
  const auto& user = subject->get_ref<const std::string&>();
  if (!events::valid_user(user)) {
    return refused("The token's \"sub\" is not 1 to 255 bytes without control characters.");
  }
  return user;
}

Result<VerifiedToken> read_access_claims(const Json& claims, const TokenSettings& settings) {
  VerifiedToken token;
  if (auto checked = check_audience(claims, settings.audience); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_issuer(claims, settings.issuer); !checked) return tl::unexpected(checked.error());
  if (auto read = read_times(claims, token); !read) return tl::unexpected(read.error());
  auto user = read_user(claims);
  if (!user) return tl::unexpected(std::move(user).error());
  token.identity.user = *std::move(user);
  if (const Json* claim = member(claims, settings.claim)) {
    auto permissions = read_permissions(*claim);
    if (!permissions) return tl::unexpected(std::move(permissions).error());
    token.identity.permissions = *std::move(permissions);
  }
  return token;
}

Result<void> check_not_expired(WallTime expires_at, WallTime now, Milliseconds skew) {
  if (now < expires_at + skew) return {};
  return fail(ErrorCode::token_expired, "The token expired at " + to_rfc3339(expires_at) + ".");
}

Result<void> check_begun(WallTime not_before, WallTime now, Milliseconds skew) {
  if (now + skew >= not_before) return {};
  return fail(ErrorCode::token_not_yet_valid, "The token is not valid before " + to_rfc3339(not_before) + ".");
}

}  // namespace tidings::auth
