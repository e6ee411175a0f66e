// Who a request comes from: the Authorization field (RFC 9110 §11.6.2, RFC 6750 §2.1) and what its token says.
#pragma once

#include <optional>
#include <string_view>

#include "api/call.hpp"
#include "auth/identity.hpp"

namespace tidings::api {

// The bearer token, where there is one: nothing without Authorization field or with another scheme.
// `credentials_conflict` for two fields, `token_malformed` where what follows "Bearer" is not a b64token (RFC 6750).
[[nodiscard]] Result<std::optional<std::string_view>> bearer_token(const http::Request& request);

// An access token, verified. Errors: `token_missing` and what `auth::Tokens` says.
[[nodiscard]] Result<auth::Identity> authenticate_access(const Call& call);
// An access or an SSE token, verified.
[[nodiscard]] Result<auth::Identity> authenticate_any(const Call& call);
// An access token with the admin permission; else `admin_required`.
[[nodiscard]] Result<auth::Identity> authenticate_admin(const Call& call);

// Who publishes: a backend with a publisher key may address anyone, a token what its permissions say.
struct Publisher {
  std::optional<auth::Identity> identity;  // nothing for a publisher key
  auth::PublisherKeys::Hash key{};         // where there is no identity
};
// `publisher_key_invalid` where what was sent is neither a key nor looks like a token.
[[nodiscard]] Result<Publisher> authenticate_publisher(const Call& call);
// Whether a publisher who was let in before still would be: the configuration may have been reloaded since.
// `publisher_key_invalid`, and what `auth::Tokens::recheck` says.
[[nodiscard]] Result<void> recheck(const Services& services, const Publisher& publisher);

}  // namespace tidings::api
