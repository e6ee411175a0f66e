#include "api/stream_credential.hpp"

#include <optional>
#include <utility>

#include "api/authenticate.hpp"

namespace tidings::api {

Result<StreamCredential> stream_credential(const http::Request& request, const http::Query& query,
                                           bool allow_query_token) {
  if (query.has("access_token")) {
    return fail(ErrorCode::token_in_query, "send the access token in Authorization, or make a session");
  }
  if (query.has("sse_token") && !allow_query_token) {
    return fail(ErrorCode::token_in_query, "send the SSE token in Authorization, or make a session");
  }
  auto session = query.one("session_id");
  if (!session) return tl::unexpected(session.error());
  auto sse_token = query.one("sse_token");
  if (!sse_token) return tl::unexpected(sse_token.error());
  const auto bearer = bearer_token(request);
  if (!bearer) return tl::unexpected(bearer.error());

  const int given = (*session ? 1 : 0) + (*sse_token ? 1 : 0) + (*bearer ? 1 : 0);
  if (given > 1) return fail(ErrorCode::credentials_conflict, "send a session or a token, not both");
  if (*session) return StreamCredential{StreamCredential::Kind::session, std::move(**session)};
  if (*sse_token) return StreamCredential{StreamCredential::Kind::query_sse_token, std::move(**sse_token)};
  if (*bearer) return StreamCredential{StreamCredential::Kind::bearer, std::string(**bearer)};
  return fail(ErrorCode::token_missing, "send a session's id as \"session_id\", or a token in Authorization");
}

}  // namespace tidings::api
