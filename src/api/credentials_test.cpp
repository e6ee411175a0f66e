#include "api/authenticate.hpp"
#include "api/stream_credential.hpp"
#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

class SseTokens : public Hub {};
class Extension : public Hub {};
class CursorTest : public Hub {};
class PublisherKey : public Hub {};

http::Request with_authorization(std::initializer_list<std::string> values) {
  http::Request request;
  for (const auto& value : values) request.fields.add("authorization", value);
  return request;
}

TEST(BearerToken, IsReadWhateverTheCaseOfItsScheme) {
  for (const char* value : {"Bearer abc.D-_~+/==", "bearer abc.D-_~+/==", "BEARER   abc.D-_~+/=="}) {
    EXPECT_EQ(bearer_token(with_authorization({value})).value(), "abc.D-_~+/==") << value;
  }
}

TEST(BearerToken, IsMissingWithoutFieldOrWithAnotherScheme) {
  EXPECT_FALSE(bearer_token({}).value());
  for (const char* value : {"Basic dTpw", "Bearerabc", "", "Bear abc", "Token abc"}) {
    EXPECT_FALSE(bearer_token(with_authorization({value})).value()) << value;
  }
}

TEST(BearerToken, IsMalformedWhereItIsNoB64Token) {
  for (const char* value : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b", "Bearer \"a\"",
                            "Bearer \x01", "Bearer \xc3\xa9"}) {
    const auto token = bearer_token(with_authorization({value}));
    ASSERT_FALSE(token) << value;
    EXPECT_EQ(token.error().code, ErrorCode::token_malformed);
  }
}

TEST(BearerToken, ConflictsWithAnother) {
  EXPECT_EQ(bearer_token(with_authorization({"Bearer a", "Bearer a"})).error().code, ErrorCode::credentials_conflict);
}

Result<StreamCredential> credential(std::string_view query, std::initializer_list<std::string> fields = {},
                                    bool allow = false) {
  return stream_credential(with_authorization(fields), http::Query::parse(query).value(), allow);
}

TEST(StreamCredentials, AreASessionOrABearerToken) {
  EXPECT_EQ(credential("session_id=abc")->kind, StreamCredential::Kind::session);
  EXPECT_EQ(credential("session_id=abc")->secret, "abc");
  EXPECT_EQ(credential("", {"Bearer t"})->kind, StreamCredential::Kind::bearer);
  EXPECT_EQ(credential("session_id=abc", {"Basic dTpw"})->secret, "abc");
  EXPECT_EQ(credential("").error().code, ErrorCode::token_missing);
}

TEST(StreamCredentials, AreExactlyOne) {
  EXPECT_EQ(credential("session_id=abc", {"Bearer t"}).error().code, ErrorCode::credentials_conflict);
  EXPECT_EQ(credential("session_id=abc&sse_token=t", {}, true).error().code, ErrorCode::credentials_conflict);
  EXPECT_EQ(credential("sse_token=t", {"Bearer t"}, true).error().code, ErrorCode::credentials_conflict);
  EXPECT_EQ(credential("session_id=a&session_id=a").error().code, ErrorCode::parameter_repeated);
  EXPECT_EQ(credential("sse_token=a&sse_token=a", {}, true).error().code, ErrorCode::parameter_repeated);
  EXPECT_EQ(credential("session_id=a", {"Bearer"}).error().code, ErrorCode::token_malformed);
}

TEST(StreamCredentials, StandInTheQueryOnlyWhereThatIsAllowed) {
  EXPECT_EQ(credential("access_token=t").error().code, ErrorCode::token_in_query);
  EXPECT_EQ(credential("access_token=t", {}, true).error().code, ErrorCode::token_in_query);
  EXPECT_EQ(credential("sse_token=t").error().code, ErrorCode::token_in_query);
  EXPECT_EQ(credential("sse_token=t", {}, true)->kind, StreamCredential::Kind::query_sse_token);
}

TEST_F(SseTokens, AreIssuedForAccessTokens) {
  const auto answer = ask("POST", "/api/v1/auth/sse-token", {{"Authorization", bearer(token("ada", {"novel:*"}))}});
  ASSERT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->field("Cache-Control"), "no-store");
  const auto body = json_of(answer);
  EXPECT_EQ(body["expires_in"], 60);
  EXPECT_TRUE(body["expires_at"].get<std::string>().ends_with("Z"));
  EXPECT_EQ(tokens.verify_sse(body["sse_token"].get<std::string>())->user, "ada");
}

TEST_F(SseTokens, HaveNoNegativeTimeLeft) {
  const std::string access = token("ada");
  clock.advance(std::chrono::hours{1} + Seconds{30});
  const auto answer = ask("POST", "/api/v1/auth/sse-token", {{"Authorization", bearer(access)}});
  ASSERT_EQ(answer->status(), 200);
  EXPECT_EQ(json_of(answer)["expires_in"], 0);
}

TEST_F(SseTokens, AreNotIssuedForOtherCredentials) {
  EXPECT_EQ(code_of(ask("POST", "/api/v1/auth/sse-token")), "token_missing");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/auth/sse-token", {{"Authorization", "Basic dTpw"}})), "token_missing");
  const std::string sse = tokens.issue_sse(tokens.verify_access(token("ada")).value()).token;
  EXPECT_EQ(code_of(ask("POST", "/api/v1/auth/sse-token", {{"Authorization", bearer(sse)}})), "token_type");
}

TEST_F(PublisherKey, OpensAndAdministersNothing) {
  const std::pair<std::string, std::string> key{"Authorization", bearer(std::string(testing::publisher_key))};
  for (const auto& [method, path] : {std::pair{"POST", "/api/v1/auth/sse-token"},
                                     {"POST", "/api/v1/events/session"},
                                     {"GET", "/api/v1/events/stream"},
                                     {"GET", "/api/v1/connections"},
                                     {"DELETE", "/api/v1/connections?user=ada"},
                                     {"GET", "/api/v1/presence?channel=a"}}) {
    EXPECT_EQ(ask(method, path, {key})->status(), 401) << path;
  }
  EXPECT_EQ(ask("GET", "/api/v1/events/cursor", {key})->status(), 200);
}

TEST_F(Extension, LetsAStreamLiveUnderAFreshToken) {
  const auto open = stream(token("ada"));
  const std::string path = "/api/v1/connections/" + connection_id(open) + "/token";
  EXPECT_EQ(ask("POST", path, {{"Authorization", bearer(token("ada"))}})->status(), 204);
  EXPECT_EQ(code_of(ask("POST", path, {{"Authorization", bearer(token("bob"))}})), "connection_not_found");
  const std::string sse = tokens.issue_sse(tokens.verify_access(token("ada")).value()).token;
  EXPECT_EQ(code_of(ask("POST", path, {{"Authorization", bearer(sse)}})), "token_type");
}

TEST_F(Extension, EndsAStreamWhoseChannelsAreNoLongerCovered) {
  const auto open = stream(token("ada", {"novel:*"}), "?channels=novel:1");
  const std::string path = "/api/v1/connections/" + connection_id(open) + "/token";
  EXPECT_EQ(ask("POST", path, {{"Authorization", bearer(token("ada", {"novel:*"}))}})->status(), 204);
  EXPECT_EQ(ask("POST", path, {{"Authorization", bearer(token("ada"))}})->status(), 204);
  wait_for([&] { return open->stream.bytes.find("channel_lost") != std::string::npos; });
}

TEST_F(Extension, KnowsNoOtherConnections) {
  for (const char* id : {"x", "AAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto answer =
        ask("POST", "/api/v1/connections/" + std::string(id) + "/token", {{"Authorization", bearer(token("ada"))}});
    EXPECT_EQ(answer->status(), 404);
    EXPECT_EQ(code_of(answer), "connection_not_found");
  }
}

TEST_F(CursorTest, IsTheHeadForTokensAndPublisherKeys) {
  const auto answer = ask("GET", "/api/v1/events/cursor", {{"Authorization", bearer(token("ada"))}});
  EXPECT_EQ(json_of(answer)["cursor"], log.head().text());
  EXPECT_EQ(answer->field("Cache-Control"), "no-store");
  EXPECT_EQ(
      ask("GET", "/api/v1/events/cursor", {{"Authorization", bearer(std::string(testing::publisher_key))}})->status(),
      200);
  EXPECT_EQ(ask("GET", "/api/v1/events/cursor")->status(), 401);
  const std::string sse = tokens.issue_sse(tokens.verify_access(token("ada")).value()).token;
  EXPECT_EQ(code_of(ask("GET", "/api/v1/events/cursor", {{"Authorization", bearer(sse)}})), "token_type");
}

}  // namespace
}  // namespace tidings::api
