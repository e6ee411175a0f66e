#include "api/authenticate.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace tidings::api {
namespace {

constexpr std::string_view scheme = "Bearer";

Result<std::string_view> needed_token(const http::Request& request) {
  const auto token = bearer_token(request);
  if (!token) return tl::unexpected(token.error());
  if (!*token) return fail(ErrorCode::token_missing, "send a token as \"Authorization: Bearer <token>\"");
  return **token;
}

}  // namespace

Result<std::optional<std::string_view>> bearer_token(const http::Request& request) {
  if (request.fields.count("Authorization") > 1) {
    return fail(ErrorCode::credentials_conflict, "there is more than one Authorization field");
  }
  const auto field = request.fields.get("Authorization");
  if (!field || !http::equal_ignoring_case(field->substr(0, scheme.size()), scheme)) return std::nullopt;
  std::string_view rest = field->substr(scheme.size());
  if (!rest.empty() && rest.front() != ' ') return std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (!http::is_token68(rest)) return fail(ErrorCode::token_malformed, "what follows \"Bearer\" is not a token");
  return rest;
}

Result<auth::Identity> authenticate_access(const Call& call) {
  return needed_token(call.request()).and_then([&](std::string_view token) {
    return call.services().tokens.verify_access(token);
  });
}

Result<auth::Identity> authenticate_any(const Call& call) {
  return needed_token(call.request()).and_then([&](std::string_view token) {
    return call.services().tokens.verify_any(token);
  });
}

Result<auth::Identity> authenticate_admin(const Call& call) {
  return authenticate_access(call).and_then([](auth::Identity identity) -> Result<auth::Identity> {
    if (!identity.permissions.admin) {
      return fail(ErrorCode::admin_required, "the token's permissions do not hold \"admin\": true");
    }
    return identity;
  });
}

Result<Publisher> authenticate_publisher(const Call& call) {
  return needed_token(call.request()).and_then([&](std::string_view token) -> Result<Publisher> {
    const auto hash = auth::PublisherKeys::hash(token);
    if (call.services().publisher_keys.contains(hash)) return Publisher{std::nullopt, hash};
    // A compact JWS has dots (RFC 7515 §7.1): whoever sent one learns what is wrong with it.
    if (token.find('.') == std::string_view::npos) {
      return fail(ErrorCode::publisher_key_invalid, "this is no configured publisher key, and no token");
    }
    return call.services().tokens.verify_access(token).map(
        [](auth::Identity identity) { return Publisher{std::move(identity)}; });
  });
}

Result<void> recheck(const Services& services, const Publisher& publisher) {
  if (publisher.identity) return services.tokens.recheck(*publisher.identity);
  if (services.publisher_keys.contains(publisher.key)) return {};
  return fail(ErrorCode::publisher_key_invalid, "this publisher key is no longer configured");
}

}  // namespace tidings::api
