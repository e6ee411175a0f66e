// Whatever goes wrong, what is said about it holds no part of a secret or token.
#include <gtest/gtest.h>

#include "auth/testing/verifier.hpp"
#include "auth/tokens.hpp"

namespace tidings::auth {
namespace {

using testing::forge;
using testing::good_claims;
using testing::hmac_signer;

constexpr std::string_view canary = "canary";

void says_nothing_of_it(const std::string& token) {
  const testing::Verifier hub;
  for (const auto& result :
       {hub.tokens.verify_access(token), hub.tokens.verify_sse(token), hub.tokens.verify_any(token)}) {
    ASSERT_FALSE(result) << token;
    const std::string& detail = result.error().detail;
    EXPECT_FALSE(detail.empty());
    EXPECT_EQ(detail.find(canary), std::string::npos) << detail;
    for (std::size_t at = 0; at + 8 <= token.size(); ++at) {
      ASSERT_EQ(detail.find(token.substr(at, 8)), std::string::npos) << detail;
    }
  }
}

TEST(RefusedTokens, AreNotRepeated) {
  const auto claims = [](const char* name, Json value) {
    Json changed = good_claims();
    changed[name] = std::move(value);
    return changed;
  };
  const auto signed_with = [](const Json& header, const Json& payload) {
    return forge(header, payload, hmac_signer());
  };
  const Json header{{"alg", "HS256"}};
  const std::string tokens[] = {
      "canary",
      "canary.canary.canary",
      signed_with({{"alg", "canary"}}, good_claims()),
      signed_with({{"alg", "HS256"}, {"typ", "canary"}}, good_claims()),
      signed_with({{"alg", "HS256"}, {"crit", {"canary"}}}, good_claims()),
      signed_with({{"alg", "RS256"}, {"kid", "canary"}}, good_claims()),
      signed_with(header, claims("sub", "canary\n")),
      signed_with(header, claims("aud", {"tidings:stream", "canary"})),
      signed_with(header, claims("exp", "canary")),
      signed_with(header, claims("tidings", {{"canary", 1}})),
      signed_with(header, claims("tidings", {{"subscribe", {"canary canary"}}})),
      forge(header, claims("canary", 1), hmac_signer(std::string(32, 'x'))),
      forge(header, claims("exp", 1), hmac_signer()),
  };
  for (const std::string& token : tokens) says_nothing_of_it(token);
}

TEST(RefusedSecrets, AreNotRepeated) {
  EXPECT_EQ(Key::from_secret("canary", Algorithm::HS256).error().detail.find(canary), std::string::npos);
  EXPECT_EQ(Key::from_secret(testing::secret, Algorithm::EdDSA).error().detail.find(canary), std::string::npos);
  TokenRequest request;
  EXPECT_EQ(sign_access_token(request, testing::secret, Algorithm::HS256, {}).error().detail.find(canary),
            std::string::npos);
  const std::string short_key = base64url_encode("canary");
  const auto set = KeySet::from_jwks(R"({"keys":[{"kty":"oct","k":")" + short_key + R"("}]})");
  EXPECT_EQ(set.error().detail.find(short_key), std::string::npos);
}

}  // namespace
}  // namespace tidings::auth
