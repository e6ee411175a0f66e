#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

constexpr const char* stream_path = "/api/v1/events/stream";

class SessionTest : public Hub {
 protected:
  testing::ExchangeTestPtr create(const std::string& access, std::string body = {},
                                  std::string type = "application/json") {
    return ask("POST", "/api/v1/events/session", {{"Authorization", bearer(access)}, {"Content-Type", std::move(type)}},
               std::move(body));
  }
};

class StreamTest : public Hub {
 protected:
  testing::ExchangeTestPtr open(const std::string& query, Given fields = {}) {
    return ask("GET", stream_path + query, fields);
  }
  bool contains(const testing::ExchangeTestPtr& exchange, std::string_view text) {
    return exchange->stream.bytes.find(text) != std::string::npos;
  }
  std::string publish(const std::string& event) {
    const auto answer = ask(
        "POST", "/api/v1/events",
        {{"Authorization", bearer(std::string(testing::publisher_key))}, {"Content-Type", "application/json"}}, event);
    EXPECT_EQ(answer->status(), 200) << answer->answer().body;
    return json_of(answer)["ids"][0].get<std::string>();
  }
  std::uint64_t opens(std::string_view result, std::string_view code) {
    return metrics
        .counter("tidings_stream_opens_total", "Attempts to open a stream, by outcome",
                 {{"result", result}, {"code", code}})
        .value();
  }
};

TEST_F(SessionTest, IsATicketThatShowsNoUser) {
  const auto answer = create(token("ada", {"novel:*"}), R"({"events": ["a.*"], "channels": ["novel:1"]})");
  ASSERT_EQ(answer->status(), 201);
  EXPECT_EQ(answer->field("Cache-Control"), "no-store");
  const auto body = json_of(answer);
  EXPECT_EQ(body["session_id"].get<std::string>().size(), 43u);
  EXPECT_EQ(body["expires_in"], 30);
  EXPECT_EQ(body["expires_at"], to_rfc3339(clock.wall() + Seconds{30}));
}

TEST_F(SessionTest, NeedsNoBody) {
  EXPECT_EQ(ask("POST", "/api/v1/events/session", {{"Authorization", bearer(token("ada"))}})->status(), 201);
  const std::string sse = tokens.issue_sse(tokens.verify_access(token("ada")).value()).token;
  EXPECT_EQ(ask("POST", "/api/v1/events/session", {{"Authorization", bearer(sse)}})->status(), 201);
}

TEST_F(SessionTest, RefusesWhatAStreamWouldRefuse) {
  EXPECT_EQ(code_of(create(token("ada"), R"({"channels": ["novel:1"]})")), "channel_forbidden");
  EXPECT_EQ(code_of(create(token("ada"), R"({"events": ["a..b"]})")), "body_invalid");
  EXPECT_EQ(code_of(create(token("ada"), R"({"since": "soon"})")), "body_invalid");
  EXPECT_EQ(code_of(create(token("ada"), "{")), "body_malformed");
  EXPECT_EQ(code_of(create(token("ada"), "{}", "text/plain")), "content_type_unsupported");
  EXPECT_EQ(code_of(create(token("ada"), std::string(70'000, ' '))), "body_too_large");
  EXPECT_EQ(code_of(create("a.b.c")), "token_malformed");
  EXPECT_EQ(code_of(ask("POST", "/api/v1/events/session")), "token_missing");
}

TEST_F(SessionTest, IsLimitedAUser) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(create(token("ada"))->status(), 201);
  const auto answer = create(token("ada"));
  EXPECT_EQ(answer->status(), 429);
  EXPECT_EQ(code_of(answer), "session_limit");
  EXPECT_TRUE(answer->field("Retry-After"));
  EXPECT_EQ(create(token("bob"))->status(), 201);
}

TEST_F(SessionTest, IsRefusedWhereItsStreamWouldBe) {
  stream_settings.streams_per_user = 1;
  const auto open = stream(token("ada"));
  const auto answer = create(token("ada"));
  EXPECT_EQ(code_of(answer), "stream_limit");
  EXPECT_TRUE(answer->field("Retry-After"));
  draining = true;
  EXPECT_EQ(code_of(create(token("bob"))), "draining");
}

TEST_F(StreamTest, SaysHelloUnderABearerToken) {
  const auto open = stream(token("ada"));
  EXPECT_EQ(open->field("Content-Type"), "text/event-stream");
  EXPECT_EQ(open->field("Cache-Control"), "no-store, no-transform");
  EXPECT_EQ(open->field("X-Accel-Buffering"), "no");
  EXPECT_TRUE(contains(open, R"("resumed":false)"));
  EXPECT_EQ(opens("ok", "ok"), 1u);
}

TEST_F(StreamTest, IsOpenedByASessionOnce) {
  const std::string id = session(token("ada"));
  EXPECT_EQ(open("?session_id=" + id)->status(), 200);
  const auto again = open("?session_id=" + id);
  EXPECT_EQ(again->status(), 401);
  EXPECT_EQ(code_of(again), "session_invalid");
  EXPECT_EQ(opens("refused", "session_invalid"), 1u);
}

TEST_F(StreamTest, IsWonByOneOfManyThatRaceForASession) {
  const std::string id = session(token("ada"));
  std::vector<testing::ExchangeTestPtr> racers;
  for (int i = 0; i < 40; ++i) racers.push_back(send("GET", stream_path + ("?session_id=" + id)));
  wait_for([&] {
    return std::all_of(racers.begin(), racers.end(), [](const auto& racer) { return !racer->answers.empty(); });
  });
  EXPECT_EQ(std::count_if(racers.begin(), racers.end(), [](const auto& racer) { return racer->status() == 200; }), 1);
  EXPECT_EQ(std::count_if(racers.begin(), racers.end(), [](const auto& racer) { return racer->status() == 401; }), 39);
}

TEST_F(StreamTest, LeavesTheSessionWhereItIsRefusedOrOnlyAskedAbout) {
  const std::string id = session(token("ada"));
  EXPECT_EQ(code_of(open("?session_id=" + id + "&events=a..b")), "parameter_invalid");
  EXPECT_EQ(code_of(open("?session_id=" + id + "&channels=c")), "channel_forbidden");
  EXPECT_EQ(code_of(open("?session_id=" + id, {{"Authorization", "Bearer x"}})), "credentials_conflict");
  EXPECT_EQ(code_of(open("?session_id=" + id, {{"Last-Event-ID", "x"}, {"Last-Event-ID", "y"}})), "parameter_repeated");
  EXPECT_EQ(ask("HEAD", stream_path + ("?session_id=" + id))->status(), 200);
  stream_settings.streams = 0;
  EXPECT_EQ(code_of(open("?session_id=" + id)), "stream_limit");
  EXPECT_EQ(code_of(ask("HEAD", stream_path + ("?session_id=" + id))), "stream_limit");
  stream_settings.streams = 10;
  EXPECT_EQ(open("?session_id=" + id)->status(), 200);
}

TEST_F(StreamTest, LeavesTheSessionOfAClientThatIsGone) {
  const std::string id = session(token("ada"));
  http::Request request;
  request.method = "GET";
  request.path = stream_path;
  request.query = "session_id=" + id;
  const auto gone = std::make_shared<testing::RecordedExchange>(reactor, std::move(request));
  gone->gone = true;
  everyone.handle(gone);
  wait_for([&] { return !gone->answers.empty(); });
  EXPECT_EQ(open("?session_id=" + id)->status(), 200);
}

TEST_F(StreamTest, RefusesExpiredAndUnknownSessions) {
  const std::string id = session(token("ada"));
  clock.advance(Seconds{31});
  EXPECT_EQ(code_of(open("?session_id=" + id)), "session_invalid");
  EXPECT_EQ(code_of(open("?session_id=")), "session_invalid");
  EXPECT_EQ(code_of(open("?session_id=x")), "session_invalid");
}

TEST_F(StreamTest, RefusesCredentialsThatDoNotStand) {
  EXPECT_EQ(code_of(open("")), "token_missing");
  EXPECT_EQ(code_of(open("?access_token=" + token("ada"))), "token_in_query");
  EXPECT_EQ(code_of(open("?sse_token=x")), "token_in_query");
  const std::string access = token("ada");
  clock.advance(std::chrono::hours{2});
  EXPECT_EQ(code_of(open("", {{"Authorization", bearer(access)}})), "token_expired");
  EXPECT_EQ(code_of(open("?a=%zz", {{"Authorization", bearer(access)}})), "parameter_invalid");
}

TEST_F(StreamTest, TakesAnSseTokenInTheQueryWhereAllowed) {
  const std::string sse = tokens.issue_sse(tokens.verify_access(token("ada")).value()).token;
  EXPECT_EQ(open("", {{"Authorization", bearer(sse)}})->status(), 200);
  settings.allow_query_token = true;
  EXPECT_EQ(open("?sse_token=" + sse)->status(), 200);
  EXPECT_EQ(code_of(open("?sse_token=" + token("ada"))), "token_type");
}

TEST_F(StreamTest, RefusesARevokedUsersSession) {
  const std::string id = session(token("ada"));
  clock.advance(Seconds{1});
  ASSERT_TRUE(revocations.revoke("ada", std::chrono::floor<Seconds>(clock.wall().time_since_epoch()).count()));
  EXPECT_EQ(code_of(open("?session_id=" + id)), "token_revoked");
}

TEST_F(StreamTest, ResumesByFieldBeforeParameterBeforeSession) {
  const std::string first = publish(R"({"type": "a", "data": 1})");
  const std::string second = publish(R"({"type": "a", "data": 2})");
  const std::string third = publish(R"({"type": "a", "data": 3})");
  const auto hello_id = [&](const std::string& query, Given fields) {
    const auto exchange = open(query, fields);
    wait_for([&] { return contains(exchange, "event: hello"); });
    const auto at = exchange->stream.bytes.find("id: ") + 4;
    return exchange->stream.bytes.substr(at, exchange->stream.bytes.find('\n', at) - at);
  };
  const auto resumable = [&] { return session(token("ada"), R"({"last_event_id": ")" + third + "\"}"); };
  EXPECT_EQ(hello_id("?last_event_id=" + second + "&session_id=" + resumable(), {{"Last-Event-ID", first}}), first);
  EXPECT_EQ(hello_id("?last_event_id=" + second + "&session_id=" + resumable(), {{"Last-Event-ID", ""}}), second);
  EXPECT_EQ(hello_id("?session_id=" + resumable(), {}), third);
  EXPECT_EQ(hello_id("?last_event_id=&session_id=" + resumable(), {}), third);
}

TEST_F(StreamTest, RefusesReplaysWithoutTheStore) {
  store_broken = true;
  const std::string access = bearer(token("ada"));
  EXPECT_EQ(code_of(open("?since=1h", {{"Authorization", access}})), "store_unavailable");
  EXPECT_EQ(code_of(ask("HEAD", stream_path + std::string("?since=1h"), {{"Authorization", access}})),
            "store_unavailable");
  EXPECT_EQ(open("", {{"Authorization", access}})->status(), 200);
}

TEST_F(StreamTest, ReplaysWhileTheStoreCanBeReadButNotWritten) {
  publish(R"({"type": "a", "data": "stored before"})");
  store_full = true;
  const auto refused =
      ask("POST", "/api/v1/events",
          {{"Authorization", bearer(std::string(testing::publisher_key))}, {"Content-Type", "application/json"}},
          R"({"type": "a", "data": "lost"})");
  EXPECT_EQ(code_of(refused), "store_unavailable");
  EXPECT_EQ(code_of(ask("GET", "/readyz")), "store_unavailable");
  const auto exchange = open("?since=earliest", {{"Authorization", bearer(token("ada"))}});
  EXPECT_EQ(exchange->status(), 200);
  wait_for([&] { return contains(exchange, "stored before"); });
}

TEST_F(StreamTest, IsRefusedWhileDraining) {
  draining = true;
  const auto answer = open("", {{"Authorization", bearer(token("ada"))}});
  EXPECT_EQ(answer->status(), 503);
  EXPECT_EQ(code_of(answer), "draining");
  EXPECT_EQ(opens("refused", "draining"), 1u);
  EXPECT_EQ(opens("ok", "ok"), 0u);
}

TEST_F(StreamTest, CarriesWhatItsSessionAskedFor) {
  const std::string id =
      session(token("ada", {"novel:*"}), R"({"events": ["a"], "channels": ["novel:1"], "format": "envelope"})");
  const auto exchange = open("?session_id=" + id);
  publish(R"({"type": "b", "data": "passed over", "channels": ["novel:1"]})");
  publish(R"({"type": "a", "data": {"n": 1}, "channels": ["novel:1"]})");
  wait_for([&] { return contains(exchange, R"({"type":"a","data":{"n":1}})"); });
  EXPECT_FALSE(contains(exchange, "passed over"));
}

}  // namespace
}  // namespace tidings::api
