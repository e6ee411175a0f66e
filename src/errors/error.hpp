// The one catalogue of errors: every failure that a caller can be told is named here once, with the status and the
// words that a client sees. Rooms return `Result<T>`; the HTTP interface turns an `Error` into a problem document
// (RFC 9457). No detail may hold a secret, a token, or a URL's query.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace tidings {

// In the order of their HTTP status. docs/protocol.md lists each with its cause and cure.
enum class ErrorCode : std::uint8_t {
  // 400
  request_malformed,     // the bytes are not a well-formed HTTP request
  parameter_invalid,     // a query parameter, path segment or header value can't be what it says
  parameter_repeated,    // a query parameter stands twice
  credentials_conflict,  // more than one credential in one request
  token_in_query,        // an access token in a URL, or an SSE token where that is not allowed
  body_malformed,        // not the JSON (or NDJSON) that it says it is
  body_invalid,          // JSON, but not of the shape that this resource takes
  event_invalid,         // an event that breaks the rules for events
  // 401
  token_missing,          // no bearer token where one is needed
  token_malformed,        // not a compact JWS with JSON inside
  token_algorithm,        // an algorithm or header that no configured key allows
  token_signature,        // signed by none of the configured keys
  token_expired,          // past `exp` and the allowed clock skew, or without `exp`
  token_not_yet_valid,    // before `nbf` or `iat` less the allowed clock skew
  token_claims,           // `iss`, `aud`, `sub` or the permissions claim is not as it must be
  token_type,             // an SSE token where an access token is needed, or the reverse
  token_revoked,          // issued before its user's connections were deleted
  session_invalid,        // unknown, used or expired session
  publisher_key_invalid,  // neither a token nor a configured publisher key
  // 403
  channel_forbidden,    // more channels than the token allows
  publish_forbidden,    // addresses recipients that the token may not publish to
  admin_required,       // needs the admin permission
  origin_forbidden,     // a development hub answers only its own pages
  forwarded_forbidden,  // a development hub answers no forwarded requests
  // 404, 405, 408, 409
  not_found,
  connection_not_found,
  method_not_allowed,
  request_timeout,  // the head or the body did not come in time
  key_reused,       // another event was published under this key
  // 413, 415, 417, 421, 429, 431
  body_too_large,
  event_too_large,
  content_type_unsupported,
  expectation_failed,
  host_forbidden,  // a development hub answers only to loopback names
  session_limit,   // too many unclaimed sessions, of the user or in all
  stream_limit,    // too many streams, of the user, the address or in all
  header_too_large,
  // 500, 503, 505
  internal,
  store_unavailable,  // the log can't be written, or is damaged
  not_replicated,     // stored, but too few replicas have confirmed it
  overloaded,         // a bounded queue is full
  draining,           // the hub is shutting down
  http_version_unsupported,
};

// What a client sees of a code.
struct ErrorInfo {
  std::string_view code;   // machine-readable and stable, e.g. "session_invalid"
  int status;              // HTTP status
  std::string_view title;  // a short sentence, the same for every occurrence
};

[[nodiscard]] const ErrorInfo& describe(ErrorCode code);

// Every code, for documentation and tests.
[[nodiscard]] std::span<const ErrorCode> all_error_codes();

struct Error {
  ErrorCode code;
  std::string detail;  // what is wrong this time, for a person
  std::optional<std::chrono::seconds> retry_after{};
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail,
                                                std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return tl::unexpected<Error>(Error{code, std::move(detail), retry_after});
}

}  // namespace tidings
