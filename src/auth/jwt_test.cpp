#include "auth/jwt.hpp"

#include <gtest/gtest.h>

#include "auth/testing/forge.hpp"
#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;

std::string part(std::string_view text) { return base64url_encode(text); }

std::string refusal(const std::string& token) { return code_of(parse_jwt(token, most_access_token_bytes)); }
std::string refusal_of_header(std::string_view header) { return refusal(part(header) + "." + part("{}") + ".AAAA"); }

TEST(Jwt, IsTakenApart) {
  const std::string token =
      part(R"({"alg":"ES384","typ":"JWT","kid":"k1","x5t":"ignored"})") + "." + part("payload") + ".AAAA";
  const auto jwt = parse_jwt(token, most_access_token_bytes);
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm, Algorithm::ES384);
  EXPECT_EQ(jwt->type, "jwt");
  EXPECT_EQ(jwt->key_id, "k1");
  EXPECT_EQ(jwt->signed_part, token.substr(0, token.size() - 5));
  EXPECT_EQ(jwt->payload, "payload");
  EXPECT_EQ(jwt->signature, std::string(3, '\0'));
}

TEST(Jwt, IsTakenApartByItsOwnHeaderWhicheverCameBefore) {
  const auto of_key = [](const std::string& key) {
    return part(Json{{"alg", "HS256"}, {"kid", key}}.dump()) + "." + part(key) + ".AAAA";
  };
  const std::string long_key(1'000, 'k');
  for (const std::string& key :
       {std::string("a"), std::string("a"), std::string("b"), long_key, std::string("b"), std::string("a")}) {
    const std::string token = of_key(key);
    const auto jwt = parse_jwt(token, most_access_token_bytes);
    ASSERT_TRUE(jwt);
    EXPECT_EQ(jwt->key_id, key);
    EXPECT_EQ(jwt->payload, key);
    EXPECT_EQ(jwt->signed_part, token.substr(0, token.size() - 5));
    EXPECT_EQ(refusal_of_header("{}"), "token_malformed");
  }
}

TEST(Jwt, ComparesTypesWithoutCaseAndPrefix) {
  for (const char* type : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"}) {
    const auto jwt = parse_jwt(part(Json{{"alg", "HS256"}, {"typ", type}}.dump()) + "..", most_access_token_bytes);
    ASSERT_TRUE(jwt) << type;
    EXPECT_EQ(jwt->type, "at+jwt");
  }
}

TEST(Jwt, HasThreePartsOfBase64url) {
  const std::string header = part(R"({"alg":"HS256"})");
  const std::string malformed[] = {
      "",
      ".",
      "..",
      "garbage",
      header,
      header + ".",
      header + ".e30.AAAA.AAAA",
      header + ".e30.AAAA.AAAA.AAAA",
      header + ".e30.AAAA.AAAA.AAAA.AAAA",
      header + "=.e30.AAAA",
      header + ".e30=.AAAA",
      header + ".e30.AAA=",
      header + ".e30.AA AA",
      header + ".e30.A",
      header + ".e30.A+/A",
      header + ".e31.AAAA",  // stray bits
      " " + header + ".e30.AAAA",
      header + ".e30.AAAA\n",
      header + std::string(".e30.AA\0A", 9),
  };
  for (const std::string& token : malformed) EXPECT_EQ(refusal(token), "token_malformed") << token;
}

TEST(Jwt, SaysThatAnEncryptedTokenIsRefused) {
  EXPECT_EQ(parse_jwt("a.b.c.d.e", most_access_token_bytes).error().detail,
            "The token is encrypted, which is not accepted.");
}

TEST(Jwt, IsOfBoundedSize) {
  const std::string header = part(R"({"alg":"HS256"})") + "..";
  const auto token = [&](std::size_t size) { return header + std::string(size - header.size(), 'A'); };
  EXPECT_EQ(refusal(token(most_access_token_bytes)), "ok");
  EXPECT_EQ(refusal(token(most_access_token_bytes + 4)), "token_malformed");
}

TEST(JwtHeader, IsAJsonObjectWithoutRepeatedNames) {
  for (const char* header : {"", "null", "[]", "{", "\"alg\"", R"({"alg":"HS256","alg":"HS256"})",
                             R"({"alg":"HS256","x":{"a":1,"a":2}})", "\xff"}) {
    EXPECT_EQ(refusal_of_header(header), "token_malformed") << header;
  }
}

TEST(JwtHeader, HasFieldsOfTheRightTypes) {
  for (const char* header :
       {"{}", R"({"alg":1})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":"HS256","typ":1})",
        R"({"alg":"HS256","typ":""})", R"({"alg":"HS256","kid":1})", R"({"alg":"HS256","kid":null})"}) {
    EXPECT_EQ(refusal_of_header(header), "token_malformed") << header;
  }
}

TEST(JwtHeader, NamesAnAlgorithmThatTheHubKnows) {
  for (const char* algorithm : {"none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "ES512", "ES256K", "RSA1_5",
                                "dir", "A256GCMKW", "Ed448"}) {
    EXPECT_EQ(refusal_of_header(Json{{"alg", algorithm}}.dump()), "token_algorithm") << algorithm;
  }
}

TEST(JwtHeader, MayNotSayHowItIsVerified) {
  for (const char* field : {"crit", "jku", "jwk", "x5u", "x5c", "b64", "enc", "zip"}) {
    for (const Json& value : {Json("x"), Json(nullptr), Json::array(), Json::object()}) {
      EXPECT_EQ(refusal_of_header(Json{{"alg", "HS256"}, {field, value}}.dump()), "token_algorithm") << field;
    }
  }
}

TEST(JwtClaims, AreAJsonObjectWithoutRepeatedNames) {
  const auto claims = [](const char* payload) {
    const std::string token = part(R"({"alg":"HS256"})") + "." + part(payload) + ".";
    return code_of(read_claims(parse_jwt(token, most_access_token_bytes).value()));
  };
  EXPECT_EQ(claims(R"({"sub":"anna"})"), "ok");
  for (const char* payload : {"", "null", "[]", "eyJ9", R"({"sub":"a","sub":"b"})", "{\"sub\":\"\xff\"}"}) {
    EXPECT_EQ(claims(payload), "token_malformed") << payload;
  }
}

}  // namespace
}  // namespace tidings::auth
