// Permissions as JSON: the claim of an access token, and the same within SSE tokens and stored sessions.
#pragma once

#include "auth/identity.hpp"
#include "auth/json.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

// `{"subscribe": [<channel pattern>...], "publish": [...], "admin": <bool>}`, each member optional, no others.
// `token_claims` otherwise.
[[nodiscard]] Result<Permissions> read_permissions(const Json& claim);
// Only the members that permit something.
[[nodiscard]] Json write_permissions(const Permissions& permissions);

}  // namespace tidings::auth
