#include <gtest/gtest.h>

#include "auth/testing/verifier.hpp"
#include "auth/tokens.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::now_seconds;
using testing::secret;
using testing::Verifier;

const WallTime now = WallTime{Seconds{now_seconds}} + Milliseconds{250};

TokenRequest request() {
  TokenRequest request;
  request.user = "anna";
  return request;
}

TEST(SignedAccessToken, IsVerifiedWithTheSameSecret) {
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
    TokenRequest asked = request();
    asked.subscribe = {"novel:*"};
    asked.publish = {"**"};
    asked.admin = true;
    asked.issuer = "app";
    asked.audience = "hub";
    asked.claim = "may";
    KeySet keys;
    keys.add(Key::from_secret(secret, algorithm).value());
    TokenSettings settings;
    settings.issuer = "app";
    settings.audience = "hub";
    settings.claim = "may";
    const Verifier hub{keys, settings};
    const auto identity = hub.tokens.verify_access(sign_access_token(asked, secret, algorithm, now).value());
    ASSERT_TRUE(identity) << identity.error().detail;
    EXPECT_EQ(identity->user, "anna");
    EXPECT_EQ(identity->issued_at, now_seconds);
    EXPECT_EQ(identity->expires_at, WallTime{Seconds{now_seconds + 3600}});
    EXPECT_EQ(identity->permissions.subscribe.at(0).text(), "novel:*");
    EXPECT_TRUE(identity->permissions.may_publish_to_users());
    EXPECT_TRUE(identity->permissions.admin);
  }
}

TEST(SignedAccessToken, HasNoClaimThatItDoesNotNeed) {
  const auto token = sign_access_token(request(), secret, Algorithm::HS256, now).value();
  const std::string payload =
      base64url_decode(token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1)).value();
  EXPECT_EQ(payload, R"({"exp":1700003600,"iat":1700000000,"sub":"anna"})");
}

TEST(SignedAccessToken, IsRefusedForWhatNoVerifierWouldTake) {
  const auto refusal = [](const std::function<void(TokenRequest&)>& change) {
    TokenRequest asked = request();
    change(asked);
    return code_of(sign_access_token(asked, secret, Algorithm::HS256, now));
  };
  EXPECT_EQ(refusal([](TokenRequest&) {}), "ok");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.user = ""; }), "parameter_invalid");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.lifetime = Milliseconds{0}; }), "parameter_invalid");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.subscribe = {"a b"}; }), "parameter_invalid");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.publish = {"a", ""}; }), "parameter_invalid");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.claim = "sub"; }), "parameter_invalid");
  EXPECT_EQ(refusal([](TokenRequest& asked) { asked.issuer = "\xff"; }), "parameter_invalid");
  EXPECT_EQ(code_of(sign_access_token(request(), "short", Algorithm::HS256, now)), "parameter_invalid");
  EXPECT_EQ(code_of(sign_access_token(request(), secret, Algorithm::EdDSA, now)), "parameter_invalid");
}

}  // namespace
}  // namespace tidings::auth
