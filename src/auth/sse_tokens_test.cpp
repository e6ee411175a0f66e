#include "auth/sse_tokens.hpp"

#include <gtest/gtest.h>

#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::forge;
using testing::good_claims;
using testing::good_token;
using testing::now_seconds;
using testing::Verifier;

const WallTime now{Seconds{now_seconds}};

Json with(const char* name, Json value) {
  Json claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}

std::string sse_token_for(const Verifier& hub, const Json& access_claims = good_claims()) {
  return hub.tokens.issue_sse(hub.tokens.verify_access(good_token(access_claims)).value()).token;
}

// Signed with the hub's own key: what only a faulty hub could issue.
std::string own(const Json& header, const Json& claims) {
  const SseKey key = derive_sse_key(testing::secret);
  return forge(header, claims, testing::hmac_signer(evp::text(key)));
}
Json own_header() { return {{"alg", "HS256"}, {"typ", "sse+jwt"}}; }
Json own_claims() {
  return {{"aud", "tidings:stream"},
          {"sub", "anna"},
          {"iat", now_seconds},
          {"exp", now_seconds + 60},
          {"access_exp", now_seconds + 3600},
          {"access_iat", now_seconds},
          {"permissions", Json::object()}};
}

TEST(SseToken, CarriesTheIdentityOfItsAccessToken) {
  const Verifier hub;
  const auto identity = hub.tokens.verify_sse(
      sse_token_for(hub, with("tidings", {{"subscribe", {"novel:*"}}, {"publish", {"**"}}, {"admin", true}})));
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->user, "anna");
  EXPECT_EQ(identity->issued_at, now_seconds);
  EXPECT_EQ(identity->expires_at, now + Seconds{3600});
  EXPECT_EQ(identity->permissions.subscribe.at(0).text(), "novel:*");
  EXPECT_EQ(identity->permissions.publish.at(0).text(), "**");
  EXPECT_TRUE(identity->permissions.admin);
}

TEST(SseToken, CarriesNoIssueTimeWhereTheAccessTokenHasNone) {
  const Verifier hub;
  Json claims = good_claims();
  claims.erase("iat");
  EXPECT_EQ(hub.tokens.verify_sse(sse_token_for(hub, claims))->issued_at, std::nullopt);
}

TEST(SseToken, SaysWhatItIs) {
  const Verifier hub;
  const std::string token = sse_token_for(hub);
  const auto jwt = parse_jwt(token, most_sse_token_bytes);
  EXPECT_EQ(jwt->type, "sse+jwt");
  const Json claims = read_claims(*jwt).value();
  EXPECT_EQ(claims["aud"], "tidings:stream");
  EXPECT_EQ(claims["exp"], now_seconds + 60);
  EXPECT_TRUE(claims["exp"].is_number_integer());
}

TEST(SseToken, LivesAMinuteAndTheSkew) {
  Verifier hub;
  const std::string token = sse_token_for(hub);
  hub.clock.advance(Seconds{119});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(token)), "ok");
  hub.clock.advance(Seconds{1});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(token)), "token_expired");
}

TEST(SseToken, NeverOutlivesItsAccessToken) {
  Verifier hub;
  const auto soon = hub.tokens.issue_sse(hub.tokens.verify_access(good_token(with("exp", now_seconds + 10.5))).value());
  EXPECT_EQ(soon.expires_at, now + Milliseconds{10'500});
  hub.clock.advance(Milliseconds{70'499});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(soon.token)), "ok");
  hub.clock.advance(Milliseconds{1});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(soon.token)), "token_expired");
}

TEST(SseToken, OfATokenInItsLeewayEndsWithIt) {
  Verifier hub;
  const auto late = hub.tokens.issue_sse(hub.tokens.verify_access(good_token(with("exp", now_seconds - 30))).value());
  EXPECT_EQ(late.expires_at, now - Seconds{30});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(late.token)), "ok");
  hub.clock.advance(Seconds{30});
  EXPECT_EQ(code_of(hub.tokens.verify_sse(late.token)), "token_expired");
}

TEST(SseToken, EndsWithAnAccessTokenThatEndsFirst) {
  // Only a faulty hub could issue one that names a later end of its own.
  Json claims = own_claims();
  claims["access_exp"] = now_seconds - 60;
  const Verifier hub;
  EXPECT_EQ(code_of(hub.tokens.verify_sse(own(own_header(), claims))), "token_expired");
}

TEST(SseToken, IsRevokedWithItsAccessToken) {
  Verifier hub;
  const std::string token = sse_token_for(hub);
  ASSERT_TRUE(hub.revocations.revoke("anna", now_seconds));
  EXPECT_EQ(code_of(hub.tokens.verify_sse(token)), "token_revoked");
}

TEST(SseToken, IsNoAccessToken) {
  const Verifier hub;
  EXPECT_EQ(code_of(hub.tokens.verify_access(sse_token_for(hub))), "token_type");
}

TEST(SseToken, IsNoAccessTokenEvenWithTheApplicationsSignature) {
  const Verifier hub;
  EXPECT_EQ(code_of(hub.tokens.verify_access(forge(own_header(), own_claims(), testing::hmac_signer()))), "token_type");
  EXPECT_EQ(code_of(hub.tokens.verify_access(forge({{"alg", "HS256"}}, own_claims(), testing::hmac_signer()))),
            "token_type");
}

TEST(AccessToken, IsNoSseToken) {
  const Verifier hub;
  EXPECT_EQ(code_of(hub.tokens.verify_sse(good_token())), "token_type");
  EXPECT_EQ(code_of(hub.tokens.verify_sse(forge(own_header(), own_claims(), testing::hmac_signer()))),
            "token_signature");
}

TEST(EitherToken, IsToldApart) {
  const Verifier hub;
  EXPECT_EQ(hub.tokens.verify_any(good_token())->user, "anna");
  EXPECT_EQ(hub.tokens.verify_any(sse_token_for(hub))->user, "anna");
  EXPECT_EQ(code_of(hub.tokens.verify_any("")), "token_malformed");
  EXPECT_EQ(
      code_of(hub.tokens.verify_any(forge({{"alg", "HS256"}, {"typ", "x"}}, good_claims(), testing::hmac_signer()))),
      "token_type");
}

TEST(SseToken, IsRefusedByNameForEachFault) {
  const Verifier hub;
  const auto refusal = [&](const Json& header, const Json& claims) {
    return code_of(hub.tokens.verify_sse(own(header, claims)));
  };
  const auto changed = [](const char* name, Json value) {
    Json claims = own_claims();
    claims[name] = std::move(value);
    return claims;
  };
  const auto lacking = [](const char* name) {
    Json claims = own_claims();
    claims.erase(name);
    return claims;
  };
  EXPECT_EQ(refusal(own_header(), own_claims()), "ok");
  EXPECT_EQ(refusal({{"alg", "HS512"}, {"typ", "sse+jwt"}}, own_claims()), "token_algorithm");
  EXPECT_EQ(refusal({{"alg", "HS256"}, {"typ", "JWT"}}, own_claims()), "token_type");
  EXPECT_EQ(refusal(own_header(), lacking("aud")), "token_type");
  EXPECT_EQ(refusal(own_header(), changed("aud", "other")), "token_type");
  EXPECT_EQ(refusal(own_header(), changed("iat", now_seconds + 61)), "token_not_yet_valid");
  EXPECT_EQ(refusal(own_header(), Json::array()), "token_malformed");
  for (const char* claim : {"sub", "iat", "exp", "access_exp", "permissions"}) {
    EXPECT_EQ(refusal(own_header(), lacking(claim)), "token_claims") << claim;
    EXPECT_EQ(refusal(own_header(), changed(claim, "x\n")), "token_claims") << claim;
  }
  EXPECT_EQ(refusal(own_header(), changed("access_iat", 1.5)), "token_claims");
  EXPECT_EQ(code_of(hub.tokens.verify_sse("")), "token_malformed");
}

TEST(SseToken, FitsWhateverAccessTokenItIsMadeFor) {
  const Verifier hub;
  Json channels = Json::array();
  while (good_token(with("tidings", {{"subscribe", channels}})).size() < most_access_token_bytes - 200) {
    channels.push_back(std::string(128, 'c'));
  }
  Json claims = with("tidings", {{"subscribe", channels}});
  claims["sub"] = std::string(128, 'u');
  ASSERT_LE(good_token(claims).size(), most_access_token_bytes);
  EXPECT_EQ(code_of(hub.tokens.verify_any(sse_token_for(hub, claims))), "ok");
}

TEST(SseKey, IsOfTheSecretButNotTheSecret) {
  EXPECT_EQ(derive_sse_key(testing::secret), derive_sse_key(testing::secret));
  EXPECT_NE(derive_sse_key(testing::secret), derive_sse_key("another"));
  const Verifier hub;
  const std::string under_the_secret = forge(own_header(), own_claims(), testing::hmac_signer());
  EXPECT_EQ(code_of(hub.tokens.verify_sse(under_the_secret)), "token_signature");
}

}  // namespace
}  // namespace tidings::auth
