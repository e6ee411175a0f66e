#include "errors/error.hpp"

#include <algorithm>
#include <array>

namespace tidings {
namespace {

struct Entry {
  ErrorCode code;
  ErrorInfo info;
};

using enum ErrorCode;

// In the order of the enumeration: a code is its own index.
constexpr std::array catalogue{
    Entry{request_malformed, {"request_malformed", 400, "The request is not well-formed HTTP"}},
    Entry{parameter_invalid, {"parameter_invalid", 400, "A parameter is not valid"}},
    Entry{parameter_repeated, {"parameter_repeated", 400, "A parameter is given more than once"}},
    Entry{credentials_conflict, {"credentials_conflict", 400, "More than one credential is given"}},
    Entry{token_in_query, {"token_in_query", 400, "Tokens do not belong in URLs"}},
    Entry{body_malformed, {"body_malformed", 400, "The body is not well-formed"}},
    Entry{body_invalid, {"body_invalid", 400, "The body is not what this resource takes"}},
    Entry{event_invalid, {"event_invalid", 400, "The event is not valid"}},
    Entry{token_missing, {"token_missing", 401, "A bearer token is needed"}},
    Entry{token_malformed, {"token_malformed", 401, "The token is malformed"}},
    Entry{token_algorithm, {"token_algorithm", 401, "The token's header is not acceptable"}},
    Entry{token_signature, {"token_signature", 401, "The token's signature does not verify"}},
    Entry{token_expired, {"token_expired", 401, "The token has expired"}},
    Entry{token_not_yet_valid, {"token_not_yet_valid", 401, "The token is not valid yet"}},
    Entry{token_claims, {"token_claims", 401, "The token's claims are not acceptable"}},
    Entry{token_type, {"token_type", 401, "The token is of the wrong type"}},
    Entry{token_revoked, {"token_revoked", 401, "The token has been revoked"}},
    Entry{session_invalid, {"session_invalid", 401, "The session is unknown, used or expired"}},
    Entry{publisher_key_invalid, {"publisher_key_invalid", 401, "The publisher key is not known"}},
    Entry{channel_forbidden, {"channel_forbidden", 403, "The token does not allow these channels"}},
    Entry{publish_forbidden, {"publish_forbidden", 403, "The token does not allow publishing to these recipients"}},
    Entry{admin_required, {"admin_required", 403, "The admin permission is needed"}},
    Entry{origin_forbidden, {"origin_forbidden", 403, "A development hub answers only its own pages"}},
    Entry{forwarded_forbidden, {"forwarded_forbidden", 403, "A development hub answers no forwarded requests"}},
    Entry{not_found, {"not_found", 404, "There is nothing here"}},
    Entry{connection_not_found, {"connection_not_found", 404, "There is no such connection"}},
    Entry{method_not_allowed, {"method_not_allowed", 405, "The method is not allowed here"}},
    Entry{request_timeout, {"request_timeout", 408, "The request did not arrive in time"}},
    Entry{key_reused, {"key_reused", 409, "Another event was published under this key"}},
    Entry{body_too_large, {"body_too_large", 413, "The body is too large"}},
    Entry{event_too_large, {"event_too_large", 413, "The event is too large"}},
    Entry{content_type_unsupported, {"content_type_unsupported", 415, "The content type is not supported"}},
    Entry{expectation_failed, {"expectation_failed", 417, "The expectation can't be met"}},
    Entry{host_forbidden, {"host_forbidden", 421, "A development hub answers only to loopback names"}},
    Entry{session_limit, {"session_limit", 429, "There are too many unclaimed sessions"}},
    Entry{stream_limit, {"stream_limit", 429, "There are too many streams"}},
    Entry{header_too_large, {"header_too_large", 431, "The header is too large"}},
    Entry{internal, {"internal", 500, "The hub failed"}},
    Entry{store_unavailable, {"store_unavailable", 503, "The store is unavailable"}},
    Entry{not_replicated, {"not_replicated", 503, "Too few replicas have confirmed it"}},
    Entry{overloaded, {"overloaded", 503, "The hub is overloaded"}},
    Entry{draining, {"draining", 503, "The hub is shutting down"}},
    Entry{http_version_unsupported, {"http_version_unsupported", 505, "The HTTP version is not supported"}},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    if (static_cast<std::size_t>(catalogue[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the catalogue is indexed by code");
static_assert(catalogue.back().code == http_version_unsupported, "the catalogue holds every code");

constexpr auto codes = [] {
  std::array<ErrorCode, catalogue.size()> all{};
  std::transform(catalogue.begin(), catalogue.end(), all.begin(), [](const Entry& entry) { return entry.code; });
  return all;
}();

}  // namespace

const ErrorInfo& describe(ErrorCode code) { return catalogue[static_cast<std::size_t>(code)].info; }

std::span<const ErrorCode> all_error_codes() { return codes; }

}  // namespace tidings
