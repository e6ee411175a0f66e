#include <array>
#include <utility>

#include "auth/keys.hpp"

namespace tidings::auth {
namespace {

using enum Algorithm;

// RFC 7518 §3.1, RFC 8037 §3.1; in the order of the enumeration.
constexpr std::array<std::pair<Algorithm, std::string_view>, 12> names{{
    {HS256, "HS256"},
    {HS384, "HS384"},
    {HS512, "HS512"},
    {RS256, "RS256"},
    {RS384, "RS384"},
    {RS512, "RS512"},
    {PS256, "PS256"},
    {PS384, "PS384"},
    {PS512, "PS512"},
    {ES256, "ES256"},
    {ES384, "ES384"},
    {EdDSA, "EdDSA"},
}};

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view text) {
  for (const auto& [algorithm, spelling] : names) {
    if (text == spelling) return algorithm;
  }
  return std::nullopt;
}

std::string_view name(Algorithm algorithm) { return names[static_cast<std::size_t>(algorithm)].second; }

}  // namespace tidings::auth
