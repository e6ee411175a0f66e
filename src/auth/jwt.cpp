#include "auth/jwt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base64url.hpp"

namespace tidings::auth {
namespace {

// Each would let the token choose its own key, or what its signature covers.
constexpr std::array refused_fields{"crit", "jku", "jwk", "x5u", "x5c", "b64", "enc", "zip"};

// Of a header as it stands in a token, where it is remembered.
constexpr std::size_t most_remembered_bytes = 512;

tl::unexpected<Error> malformed(std::string detail) { return fail(ErrorCode::token_malformed, std::move(detail)); }

tl::unexpected<Error> not_base64url() { return malformed("A part of the token is not base64url."); }

// Media types compare without case, and "application/" may be left out (RFC 7515 §4.1.9).
std::string normal_type(std::string_view type) {
  std::string normal(type);
  for (char& c : normal) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  constexpr std::string_view prefix = "application/";
  return normal.starts_with(prefix) ? normal.substr(prefix.size()) : normal;
}

// What the header says; the rest of `Jwt` is left to the caller.
Result<Jwt> read_header(const Json& header) {
  for (const char* field : refused_fields) {
    if (header.contains(field)) {
      return fail(ErrorCode::token_algorithm,
                  "The token's header has \"" + std::string(field) + "\", which is not accepted.");
    }
  }
  const Json* algorithm = member(header, "alg");
  if (algorithm == nullptr || !algorithm->is_string()) return malformed("The token's header has no \"alg\".");
  const auto known = parse_algorithm(algorithm->get_ref<const std::string&>());
  if (!known) return fail(ErrorCode::token_algorithm, "The token's algorithm is not one that the hub knows.");
  Jwt jwt;
  jwt.algorithm = *known;
  if (const Json* type = member(header, "typ")) {
    if (!type->is_string()) return malformed("The token's \"typ\" is not a string.");
    jwt.type = normal_type(type->get_ref<const std::string&>());
    // An empty one says no more than none, but means something else to whoever wrote it.
    if (jwt.type.empty()) return malformed("The token's \"typ\" is empty.");
  }
  if (const Json* key_id = member(header, "kid")) {
    if (!key_id->is_string()) return malformed("The token's \"kid\" is not a string.");
    jwt.key_id = key_id->get<std::string>();
  }
  return jwt;
}

Result<Jwt> parse_header(std::string_view encoded) {
  const auto header = base64url_decode(encoded);
  if (!header) return not_base64url();
  const auto fields = parse_json_object(*header);
  if (!fields) return malformed("The token's header is not a JSON object without repeated names.");
  return read_header(*fields);
}

// An issuer's tokens mostly have one and the same header, so the last one that could be read is remembered, a thread
// each.
Result<Jwt> header_of(std::string_view encoded) {
  thread_local std::string remembered;
  thread_local Jwt meaning;
  if (!remembered.empty() && encoded == remembered) return meaning;
  auto header = parse_header(encoded);
  if (header && encoded.size() <= most_remembered_bytes) {
    remembered.clear();  // first, in case there is no memory for what follows
    meaning = *header;
    remembered = encoded;
  }
  return header;
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token, std::size_t most_bytes) {
  if (token.size() > most_bytes) return malformed("The token is longer than " + std::to_string(most_bytes) + " bytes.");
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots == 4) return malformed("The token is encrypted, which is not accepted.");
  if (dots != 2) return malformed("The token has not three parts.");
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!payload || !signature) return not_base64url();
  auto jwt = header_of(token.substr(0, first));
  if (!jwt) return jwt;
  jwt->signed_part = token.substr(0, second);
  jwt->payload = *std::move(payload);
  jwt->signature = *std::move(signature);
  return jwt;
}

Result<Json> read_claims(const Jwt& jwt) {
  auto claims = parse_json_object(jwt.payload);
  if (!claims) return malformed("The token's payload is not a JSON object without repeated names.");
  return *std::move(claims);
}

std::string encode_part(const Json& part) { return base64url_encode(part.dump()); }

}  // namespace tidings::auth
