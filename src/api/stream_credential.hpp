// What opens a stream: exactly one of a session, a bearer token, and, where an operator allows it for clients that are
// still being moved, an SSE token in the query (SPEC §1.3).
#pragma once

#include <cstdint>
#include <string>

#include "errors/error.hpp"
#include "http/query.hpp"
#include "http/request.hpp"

namespace tidings::api {

struct StreamCredential {
  enum class Kind : std::uint8_t { session, bearer, query_sse_token };
  Kind kind = Kind::session;
  std::string secret;  // the session's id or the token
};

// `token_in_query`, `credentials_conflict`, `token_missing`, and what `bearer_token` says.
[[nodiscard]] Result<StreamCredential> stream_credential(const http::Request& request, const http::Query& query,
                                                         bool allow_query_token);

}  // namespace tidings::api
