#include "auth/claims.hpp"

#include <gtest/gtest.h>

#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::good_claims;
using testing::now_seconds;

Json with(const char* name, Json value) {
  Json claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}
Json without(const char* name) {
  Json claims = good_claims();
  claims.erase(name);
  return claims;
}
std::string refusal(const Json& claims, const TokenSettings& settings = {}) {
  return code_of(read_access_claims(claims, settings));
}

TEST(AccessClaims, MakeAnIdentity) {
  const auto token = read_access_claims(
      with("tidings", {{"subscribe", {"novel:*", "lobby"}}, {"publish", {"**"}}, {"admin", true}}), {});
  ASSERT_TRUE(token);
  EXPECT_EQ(token->identity.user, "anna");
  EXPECT_EQ(token->identity.issued_at, now_seconds);
  EXPECT_EQ(token->identity.expires_at, WallTime{Seconds{now_seconds + 3600}});
  ASSERT_EQ(token->identity.permissions.subscribe.size(), 2u);
  EXPECT_EQ(token->identity.permissions.subscribe[0].text(), "novel:*");
  EXPECT_EQ(token->identity.permissions.publish.at(0).text(), "**");
  EXPECT_TRUE(token->identity.permissions.admin);
}

TEST(AccessClaims, PermitNothingWithoutThePermissionsClaim) {
  const auto token = read_access_claims(good_claims(), {});
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->identity.permissions.subscribe.empty());
  EXPECT_TRUE(token->identity.permissions.publish.empty());
  EXPECT_FALSE(token->identity.permissions.admin);
}

TEST(AccessClaims, NeedAUser) {
  EXPECT_EQ(refusal(without("sub")), "token_claims");
  for (const Json& user : {Json(1), Json(nullptr), Json(""), Json("a\nb"), Json(std::string("a\0b", 3)), Json("a\x7f"),
                           Json(std::string(256, 'u')), Json::array({"anna"})}) {
    EXPECT_EQ(refusal(with("sub", user)), "token_claims") << user;
  }
  EXPECT_EQ(refusal(with("sub", std::string(255, 'u'))), "ok");
  EXPECT_EQ(refusal(with("sub", "Ænna Ø")), "ok");
}

TEST(AccessClaims, NeedAnEnd) {
  EXPECT_EQ(refusal(without("exp")), "token_claims");
  for (const Json& date : {Json("1700003600"), Json(nullptr), Json(true), Json(-1), Json(1e12), Json(1e300)}) {
    EXPECT_EQ(refusal(with("exp", date)), "token_claims") << date;
  }
}

TEST(AccessClaims, MayHaveFractionsInDates) {
  Json claims = with("exp", now_seconds + 0.25);
  claims["iat"] = now_seconds + 0.9;
  claims["nbf"] = now_seconds + 0.5;
  const auto token = read_access_claims(claims, {});
  ASSERT_TRUE(token);
  EXPECT_EQ(token->identity.expires_at, WallTime{Seconds{now_seconds}} + Milliseconds{250});
  EXPECT_EQ(token->identity.issued_at, now_seconds);
  EXPECT_EQ(token->not_before, WallTime{Seconds{now_seconds}} + Milliseconds{900});
}

TEST(AccessClaims, BeginAtTheLaterOfTheirDates) {
  EXPECT_EQ(read_access_claims(with("nbf", now_seconds + 5), {})->not_before, WallTime{Seconds{now_seconds + 5}});
  EXPECT_EQ(read_access_claims(with("nbf", now_seconds - 5), {})->not_before, WallTime{Seconds{now_seconds}});
  const auto undated = read_access_claims(without("iat"), {});
  EXPECT_EQ(undated->not_before, WallTime{});
  EXPECT_EQ(undated->identity.issued_at, std::nullopt);
}

TEST(AccessClaims, NeedDatesThatAreNumbers) {
  for (const char* name : {"iat", "nbf"}) {
    for (const Json& date : {Json("1"), Json(nullptr), Json(-0.5), Json(1e15), Json::object()}) {
      EXPECT_EQ(refusal(with(name, date)), "token_claims") << name << date;
    }
  }
}

TEST(AccessClaims, BearTheConfiguredIssuer) {
  TokenSettings settings;
  settings.issuer = "https://app.example";
  EXPECT_EQ(refusal(with("iss", "https://app.example"), settings), "ok");
  EXPECT_EQ(refusal(with("iss", "https://app.example/"), settings), "token_claims");
  EXPECT_EQ(refusal(without("iss"), settings), "token_claims");
  EXPECT_EQ(refusal(with("iss", 1), settings), "token_claims");
  EXPECT_EQ(refusal(with("iss", 1)), "token_claims");
  EXPECT_EQ(refusal(with("iss", "anyone")), "ok");
}

TEST(AccessClaims, BearTheConfiguredAudience) {
  TokenSettings settings;
  settings.audience = "tidings";
  EXPECT_EQ(refusal(with("aud", "tidings"), settings), "ok");
  EXPECT_EQ(refusal(with("aud", {"other", "tidings"}), settings), "ok");
  EXPECT_EQ(refusal(with("aud", {"other"}), settings), "token_claims");
  EXPECT_EQ(refusal(with("aud", "Tidings"), settings), "token_claims");
  EXPECT_EQ(refusal(with("aud", Json::array()), settings), "token_claims");
  EXPECT_EQ(refusal(without("aud"), settings), "token_claims");
  for (const Json& audience : {Json(1), Json(nullptr), Json::object(), Json::array({"tidings", 1})}) {
    EXPECT_EQ(refusal(with("aud", audience)), "token_claims") << audience;
  }
  EXPECT_EQ(refusal(with("aud", "anyone")), "ok");
}

TEST(AccessClaims, MayNotBearTheAudienceOfSseTokens) {
  EXPECT_EQ(refusal(with("aud", "tidings:stream")), "token_type");
  EXPECT_EQ(refusal(with("aud", {"tidings", "tidings:stream"})), "token_type");
}

TEST(PermissionsClaim, HasTheConfiguredName) {
  TokenSettings settings;
  settings.claim = "https://app.example/tidings";
  const auto token = read_access_claims(with("https://app.example/tidings", {{"admin", true}}), settings);
  EXPECT_TRUE(token->identity.permissions.admin);
  EXPECT_FALSE(read_access_claims(with("tidings", {{"admin", true}}), settings)->identity.permissions.admin);
}

TEST(PermissionsClaim, HasKnownMembersOfTheRightTypes) {
  EXPECT_EQ(refusal(with("tidings", Json::object())), "ok");
  const char* wrong[] = {"null",
                         "true",
                         "[]",
                         "\"**\"",
                         R"({"subscribe":"novel:*"})",
                         R"({"subscribe":[1]})",
                         R"({"subscribe":null})",
                         R"({"subscribe":[""]})",
                         R"({"subscribe":["a::b"]})",
                         R"({"publish":{}})",
                         R"({"publish":["a b"]})",
                         R"({"publish":["**:a"]})",
                         R"({"admin":1})",
                         R"({"admin":"true"})",
                         R"({"admin":null})",
                         R"({"Admin":true})",
                         R"({"subscribe":[],"extra":1})"};
  for (const char* claim : wrong) EXPECT_EQ(refusal(with("tidings", Json::parse(claim))), "token_claims") << claim;
}

TEST(PermissionsClaim, SaysWhatIsWrong) {
  EXPECT_EQ(read_access_claims(with("tidings", {{"publish", {"a b"}}}), {}).error().detail,
            "The permissions claim's \"publish\" holds something that is not a channel pattern.");
}

TEST(TokenTimes, LeaveTheSkewAtBothEnds) {
  const WallTime at{Seconds{now_seconds}};
  EXPECT_EQ(code_of(check_not_expired(at, at + Milliseconds{59'999}, Seconds{60})), "ok");
  EXPECT_EQ(code_of(check_not_expired(at, at + Seconds{60}, Seconds{60})), "token_expired");
  EXPECT_EQ(code_of(check_begun(at, at - Seconds{60}, Seconds{60})), "ok");
  EXPECT_EQ(code_of(check_begun(at, at - Milliseconds{60'001}, Seconds{60})), "token_not_yet_valid");
}

}  // namespace
}  // namespace tidings::auth
