#include "api/router.hpp"

#include <algorithm>
#include <array>

#include "api/routes.hpp"
#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

class RouterTest : public Hub {};
class DevelopmentHub : public Hub {
 protected:
  DevelopmentHub() : Hub(true) {}
};
class SeparateAdmin : public Hub {
 protected:
  SeparateAdmin() { settings.separate_admin = true; }
};

constexpr const char* origin = "https://app.example";

TEST_F(RouterTest, RefusesUnknownPaths) {
  const auto answer = ask("GET", "/nothing");
  EXPECT_EQ(answer->status(), 404);
  EXPECT_EQ(code_of(answer), "not_found");
}

TEST_F(RouterTest, CountsWhatTheServerRefusesItselfAmongTheRest) {
  everyone.on_refused(ErrorCode::header_too_large);
  EXPECT_NE(metrics.scrape().find("tidings_refusals_total{code=\"header_too_large\"} 1"), std::string::npos);
}

TEST_F(RouterTest, NamesTheMethodsThatAResourceAnswers) {
  const auto answer = ask("PUT", "/api/v1/connections");
  EXPECT_EQ(answer->status(), 405);
  EXPECT_EQ(code_of(answer), "method_not_allowed");
  EXPECT_EQ(answer->field("Allow"), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, AnswersHeadAsGet) {
  EXPECT_EQ(ask("HEAD", "/healthz")->status(), 200);
  EXPECT_EQ(ask("HEAD", "/api/v1/events")->status(), 405);
}

TEST_F(RouterTest, AnswersOptionsAboutAResourceAndTheServer) {
  const auto resource = ask("OPTIONS", "/api/v1/events/stream");
  EXPECT_EQ(resource->status(), 204);
  EXPECT_EQ(resource->field("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("OPTIONS", "*")->status(), 204);
  EXPECT_EQ(ask("OPTIONS", "/nothing")->status(), 404);
}

TEST_F(RouterTest, TellsAnAllowedOriginsPreflightWhatItMayDo) {
  const auto answer =
      ask("OPTIONS", "/api/v1/events/stream", {{"Origin", origin}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(answer->status(), 204);
  EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), origin);
  EXPECT_EQ(answer->field("Access-Control-Allow-Methods"), "GET, HEAD");
  EXPECT_EQ(answer->field("Access-Control-Allow-Headers"), "Authorization, Content-Type, Last-Event-ID, Cache-Control");
  EXPECT_EQ(answer->field("Access-Control-Max-Age"), "7200");
  EXPECT_EQ(answer->field("Vary"), "Origin");
  EXPECT_FALSE(answer->field("Access-Control-Allow-Credentials"));
}

TEST_F(RouterTest, TellsAForeignPreflightNothing) {
  for (const char* foreign : {"https://evil.example", "https://app.example:444", "http://app.example", "null",
                              "https://APP.example", "https://app.example.evil.example"}) {
    const auto answer =
        ask("OPTIONS", "/api/v1/events/stream", {{"Origin", foreign}, {"Access-Control-Request-Method", "GET"}});
    EXPECT_EQ(answer->status(), 204);
    EXPECT_EQ(answer->field("Vary"), "Origin");
    for (const auto& [name, value] : answer->answer().fields) EXPECT_FALSE(name.starts_with("Access-Control")) << name;
  }
}

TEST_F(RouterTest, LetsAnAllowedOriginReadErrors) {
  const auto answer = ask("POST", "/api/v1/auth/sse-token", {{"Origin", origin}});
  EXPECT_EQ(answer->status(), 401);
  EXPECT_TRUE(answer->field("WWW-Authenticate"));
  EXPECT_EQ(answer->field("Access-Control-Allow-Origin"), origin);
  EXPECT_EQ(answer->field("Access-Control-Expose-Headers"), "Retry-After, WWW-Authenticate");
}

TEST_F(RouterTest, DecoratesWhatTheServerItselfAnswersAndNothingTwice) {
  http::Request request;
  request.fields.add("Origin", origin);
  http::Response response;
  everyone.decorate(request, response);
  everyone.decorate(request, response);
  EXPECT_EQ(response.fields.size(), 3u);
}

TEST_F(RouterTest, LetsAnAllowedOriginReadStreams) {
  const auto open = ask("GET", "/api/v1/events/stream", {{"Origin", origin}, {"Authorization", bearer(token("ada"))}});
  EXPECT_EQ(open->field("Access-Control-Allow-Origin"), origin);
}

TEST_F(RouterTest, AnswersEveryoneWithVaryWhereOriginsAreConfigured) {
  const auto answer = ask("GET", "/healthz");
  EXPECT_EQ(answer->field("Vary"), "Origin");
  EXPECT_FALSE(answer->field("Access-Control-Allow-Origin"));
  EXPECT_FALSE(ask("GET", "/healthz", {{"Origin", origin}, {"Origin", origin}})->field("Access-Control-Allow-Origin"));
}

TEST_F(RouterTest, KnowsNothingOfDevelopment) {
  EXPECT_EQ(ask("GET", "/")->status(), 404);
  EXPECT_EQ(ask("POST", "/dev/token", {{"Content-Type", "application/json"}}, R"({"user":"u"})")->status(), 404);
}

TEST_F(RouterTest, AnswersHealth) {
  EXPECT_EQ(json_of(ask("GET", "/healthz"))["status"], "alive");
  EXPECT_EQ(json_of(ask("GET", "/readyz"))["status"], "ready");
  draining = true;
  const auto answer = ask("GET", "/readyz");
  EXPECT_EQ(answer->status(), 503);
  EXPECT_EQ(code_of(answer), "draining");
  EXPECT_EQ(answer->field("Retry-After"), "1");
  EXPECT_EQ(ask("GET", "/healthz")->status(), 200);
}

TEST_F(RouterTest, IsNotReadyWithoutItsStore) {
  store_broken = true;
  const auto answer = ask("GET", "/readyz");
  EXPECT_EQ(answer->status(), 503);
  EXPECT_EQ(code_of(answer), "store_unavailable");
}

TEST_F(RouterTest, ShowsMetricsToLoopbackOnly) {
  const auto answer = ask("GET", "/metrics");
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(answer->answer().body.find("tidings_stream_opens_total"), std::string::npos);
  EXPECT_EQ(ask("GET", "/metrics", {{"X-Forwarded-For", "192.0.2.1"}})->status(), 404);
  EXPECT_EQ(ask("GET", "/metrics", {{"via", "1.1 proxy"}})->status(), 404);
  peer = net::IpAddress::parse("192.0.2.1").value();
  EXPECT_EQ(ask("GET", "/metrics")->status(), 404);
}

TEST_F(SeparateAdmin, AnswersOperatorsOnlyAtTheirListener) {
  EXPECT_EQ(ask("GET", "/metrics")->status(), 404);
  EXPECT_EQ(ask("GET", "/api/v1/connections")->status(), 404);
  EXPECT_EQ(ask("GET", "/api/v1/presence?channel=c")->status(), 404);
  peer = net::IpAddress::parse("192.0.2.1").value();
  EXPECT_EQ(send_to(operators, "GET", "/metrics")->status(), 200);
  EXPECT_EQ(send_to(operators, "GET", "/api/v1/connections")->status(), 401);
  EXPECT_EQ(send_to(operators, "GET", "/readyz")->status(), 200);
  EXPECT_EQ(send_to(operators, "GET", "/api/v1/events/cursor")->status(), 404);
}

TEST_F(DevelopmentHub, ServesTheDemoUnderAStrictPolicy) {
  const auto page = ask("GET", "/", {{"Host", "localhost:8080"}});
  EXPECT_EQ(page->status(), 200);
  EXPECT_EQ(page->field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(page->field("Content-Security-Policy")->starts_with("default-src 'none'; script-src 'self'"));
  EXPECT_EQ(ask("GET", "/demo.js", {{"Host", "127.0.0.1"}})->field("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ask("GET", "/demo.css", {{"Host", "[::1]:1"}})->field("Content-Type"), "text/css; charset=utf-8");
}

TEST_F(DevelopmentHub, AnswersOnlyToLoopbackNames) {
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.2", "[::2]", "", "["}) {
    const auto answer = ask("GET", "/healthz", {{"Host", host}});
    EXPECT_EQ(answer->status(), 421) << host;
    EXPECT_EQ(code_of(answer), "host_forbidden");
  }
  EXPECT_EQ(ask("GET", "/healthz")->status(), 421);
}

TEST_F(DevelopmentHub, AnswersOnlyItsOwnAndAllowedPages) {
  const auto from = [&](const char* page) {
    return ask("GET", "/healthz", {{"Host", "localhost:8080"}, {"Origin", page}})->status();
  };
  EXPECT_EQ(from("http://localhost:8080"), 200);
  EXPECT_EQ(from(origin), 200);
  EXPECT_EQ(from("http://localhost:8081"), 403);
  EXPECT_EQ(from("null"), 403);
  const auto preflight =
      ask("OPTIONS", "/api/v1/events",
          {{"Host", "localhost"}, {"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(preflight->status(), 204);
  EXPECT_FALSE(preflight->field("Access-Control-Allow-Origin"));
}

TEST_F(DevelopmentHub, RefusesForwardedRequests) {
  for (const char* name : {"Forwarded", "X-Forwarded-For", "x-forwarded-host", "Via"}) {
    const auto answer = ask("GET", "/healthz", {{"Host", "localhost"}, {name, "x"}});
    EXPECT_EQ(answer->status(), 403) << name;
    EXPECT_EQ(code_of(answer), "forwarded_forbidden");
  }
}

TEST_F(DevelopmentHub, SignsTokensForTheAsking) {
  const auto answer =
      ask("POST", "/dev/token", {{"Host", "localhost"}, {"Content-Type", "application/json"}},
          R"({"user": "ada", "subscribe": ["novel:*"], "publish": ["**"], "admin": true, "expires_in": 60})");
  ASSERT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->field("Cache-Control"), "no-store");
  const auto body = json_of(answer);
  EXPECT_EQ(body["expires_in"], 60);
  EXPECT_EQ(body["expires_at"], to_rfc3339(clock.wall() + Seconds{60}));
  const auto identity = tokens.verify_access(body["access_token"].get<std::string>());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->user, "ada");
  EXPECT_TRUE(identity->permissions.admin);
}

TEST_F(DevelopmentHub, RefusesWhatCannotBeAToken) {
  for (const char* body :
       {"{}", R"({"user": ""})", R"({"user": 1})", R"({"user": "u", "subscribe": "a"})",
        R"({"user": "u", "publish": [1]})", R"({"user": "u", "publish": ["a::b"]})", R"({"user": "u", "admin": 1})",
        R"({"user": "u", "expires_in": 4})", R"({"user": "u", "expires_in": 86401})",
        R"({"user": "u", "expires_in": 5.5})", R"({"user": "u", "role": "x"})"}) {
    const auto answer = ask("POST", "/dev/token", {{"Host", "localhost"}, {"Content-Type", "application/json"}}, body);
    EXPECT_EQ(answer->status(), 400) << body;
    EXPECT_EQ(code_of(answer), "body_invalid") << body;
  }
  EXPECT_EQ(ask("POST", "/dev/token", {{"Host", "localhost"}}, "{}")->status(), 415);
  settings.dev_token = [](const auth::TokenRequest&) { return fail(ErrorCode::internal, "no secret"); };
  EXPECT_EQ(ask("POST", "/dev/token", {{"Host", "localhost"}, {"Content-Type", "application/json"}}, R"({"user": "u"})")
                ->status(),
            500);
}

TEST_F(RouterTest, DescribesEveryRouteInOpenApi) {
  const auto description = json_of(ask("GET", "/openapi.json"));
  EXPECT_EQ(description["openapi"], "3.1.0");
  for (const Route& route : all_routes()) {
    // The demo is a page, not an interface.
    if (route.audience == Audience::developers && !route.path.starts_with("/dev")) continue;
    const auto path = description["paths"].find(std::string(route.path));
    ASSERT_NE(path, description["paths"].end()) << route.path;
    for (const Method& method : route.methods) {
      std::string name(method.name);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      EXPECT_TRUE(path->contains(name)) << route.path << " " << method.name;
    }
  }
  const auto& codes = description["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_NE(std::find(codes.begin(), codes.end(), describe(code).code), codes.end()) << describe(code).code;
  }
}

}  // namespace
}  // namespace tidings::api
