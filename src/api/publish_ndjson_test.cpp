#include "api/publish_ndjson.hpp"

#include <algorithm>
#include <sstream>

#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

constexpr const char* ndjson_path = "/api/v1/events";

// A request whose lines come as the test wants.
class PublishLines : public Hub {
 protected:
  void begin(const std::string& credential) {
    exchange = send("POST", ndjson_path,
                    {{"Authorization", bearer(credential)}, {"Content-Type", "application/x-ndjson"}}, "…");
    ASSERT_EQ(exchange->status(), 200);
    ASSERT_EQ(exchange->field("Content-Type"), "application/x-ndjson");
  }
  void begin() { begin(std::string(testing::publisher_key)); }
  void line(const std::string& text) { exchange->body_consumer->on_body(text + "\n"); }
  void finish() {
    exchange->body_consumer->on_body_end();
    wait_for([&] { return exchange->stream.ended; });
  }
  std::vector<nlohmann::json> answers() const {
    std::vector<nlohmann::json> parsed;
    std::istringstream lines(exchange->stream.bytes);
    for (std::string text; std::getline(lines, text);) parsed.push_back(nlohmann::json::parse(text));
    return parsed;
  }
  void wait_for_answers(std::size_t count) {
    wait_for([&] {
      return std::count(exchange->stream.bytes.begin(), exchange->stream.bytes.end(), '\n') >= static_cast<long>(count);
    });
  }

  testing::ExchangeTestPtr exchange;
  std::string good = R"({"type": "a", "data": 1})";
};

TEST_F(PublishLines, AreAnsweredInOrderAsTheyCome) {
  begin();
  line(good);
  wait_for_answers(1);
  line("not json\n\n  \r\n" + good + "\n" + R"({"type": "ping", "data": 1})");
  exchange->body_consumer->on_body(good);
  finish();
  const auto lines = answers();
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_TRUE(lines[0].contains("ids"));
  EXPECT_EQ(lines[1]["code"], "body_malformed");
  EXPECT_TRUE(lines[2].contains("ids"));
  EXPECT_EQ(lines[3]["code"], "event_invalid");
  EXPECT_EQ(lines[4]["ids"][0], log.head().text());
  EXPECT_FALSE(exchange->dropped);
}

TEST_F(PublishLines, PassOverAnOverlongLine) {
  settings.body_bytes = 100;
  begin();
  line(std::string(101, 'x'));
  line(good);
  finish();
  const auto lines = answers();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["code"], "event_too_large");
  EXPECT_TRUE(lines[1].contains("ids"));
}

TEST_F(PublishLines, AreHeldToTheTokensPermissions) {
  begin(token("ada", {}, {"novel:*"}));
  line(R"({"type": "a", "data": 1, "channels": ["novel:1"]})");
  line(good);
  finish();
  EXPECT_TRUE(answers()[0].contains("ids"));
  EXPECT_EQ(answers()[1]["code"], "publish_forbidden");
}

TEST_F(PublishLines, StopBeingReadWhileTooManyWait) {
  begin();
  std::string lines;
  for (std::size_t i = 0; i < most_lines_under_way + 10; ++i) lines += good + "\n";
  exchange->body_consumer->on_body(lines);
  EXPECT_TRUE(exchange->paused);
  wait_for_answers(most_lines_under_way + 10);
  EXPECT_FALSE(exchange->paused);
  finish();
}

TEST_F(PublishLines, StopBeingReadWhileAnswersGoUnread) {
  begin();
  exchange->stream.budget = 5;
  line(good);
  wait_for([&] { return exchange->paused; });
  EXPECT_EQ(exchange->stream.bytes.size(), 5u);
  exchange->stream.budget = SIZE_MAX;
  exchange->stream_consumer->on_writable();
  EXPECT_FALSE(exchange->paused);
  finish();
  EXPECT_EQ(answers().size(), 1u);
}

TEST_F(PublishLines, EndWithAProblemWhenTheBodyBreaksOff) {
  begin();
  line(good);
  exchange->body_consumer->on_body_error({ErrorCode::request_timeout, "60 s without a byte"});
  wait_for([&] { return exchange->stream.ended; });
  ASSERT_EQ(answers().size(), 2u);
  EXPECT_EQ(answers()[1]["code"], "request_timeout");
}

TEST_F(PublishLines, EndWithTheirToken) {
  begin(token("ada", {}, {"**"}));
  line(good);
  wait_for_answers(1);
  clock.advance(std::chrono::hours{2});
  wait_for([&] { return exchange->stream.ended; });
  EXPECT_EQ(answers()[1]["code"], "token_expired");
  EXPECT_TRUE(exchange->dropped);
}

TEST_F(PublishLines, EndWhenTheTokenIsRevokedBetweenTwoLines) {
  begin(token("ada", {}, {"**"}));
  line(good);
  ASSERT_TRUE(revocations.revoke("ada", std::chrono::floor<Seconds>(clock.wall().time_since_epoch()).count()));
  line(good);
  wait_for([&] { return exchange->stream.ended; });
  ASSERT_EQ(answers().size(), 2u);
  EXPECT_TRUE(answers()[0].contains("ids"));
  EXPECT_EQ(answers()[1]["code"], "token_revoked");
}

TEST_F(PublishLines, EndWhenTheirKeyIsRemoved) {
  begin();
  line(good);
  publisher_keys = auth::PublisherKeys({"another-key-0123456789-0123456789-0"});
  line(good);
  wait_for([&] { return exchange->stream.ended; });
  ASSERT_EQ(answers().size(), 2u);
  EXPECT_TRUE(answers()[0].contains("ids"));
  EXPECT_EQ(answers()[1]["code"], "publisher_key_invalid");
}

TEST_F(PublishLines, EndWhenTheirKeyIsRemovedWhileNoneCome) {
  begin();
  publisher_keys = auth::PublisherKeys({});
  clock.advance(standing_check);
  wait_for([&] { return exchange->stream.ended; });
  EXPECT_EQ(answers()[0]["code"], "publisher_key_invalid");
}

TEST_F(PublishLines, GoOnWhileOtherKeysChange) {
  begin();
  publisher_keys = auth::PublisherKeys({"another-key-0123456789-0123456789-0", std::string(testing::publisher_key)});
  line(good);
  finish();
  EXPECT_TRUE(answers()[0].contains("ids"));
}

TEST_F(PublishLines, EndWhenTheHubDrains) {
  begin();
  draining = true;
  clock.advance(standing_check);
  wait_for([&] { return exchange->stream.ended; });
  EXPECT_EQ(answers()[0]["code"], "draining");
}

TEST_F(PublishLines, HoldBackTheirLastWordWhileAnswersGoUnread) {
  begin();
  exchange->stream.budget = 0;
  exchange->body_consumer->on_body_error({ErrorCode::request_timeout, "60 s without a byte"});
  EXPECT_FALSE(exchange->stream.ended);
  exchange->stream.budget = SIZE_MAX;
  exchange->stream_consumer->on_writable();
  EXPECT_TRUE(exchange->stream.ended);
  EXPECT_EQ(answers().size(), 1u);
}

TEST_F(PublishLines, AreStoredThoughThePeerIsGone) {
  begin();
  const auto head = log.head();
  line(good);
  exchange->stream_consumer->on_closed();
  wait_for([&] { return log.head() != head; });
  reactor.run_once(Milliseconds{0});
  EXPECT_EQ(exchange->stream.bytes, "");
  EXPECT_TRUE(exchange->dropped);
}

TEST_F(PublishLines, AreNotReadForAPeerThatIsAlreadyGone) {
  http::Request request;
  request.method = "POST";
  request.path = ndjson_path;
  request.has_body = true;
  request.fields.add("Authorization", bearer(std::string(testing::publisher_key)));
  request.fields.add("Content-Type", "application/x-ndjson");
  exchange = std::make_shared<testing::RecordedExchange>(reactor, std::move(request));
  exchange->gone = true;
  everyone.handle(exchange);
  EXPECT_TRUE(exchange->dropped);
  reactor.run_once(Milliseconds{0});
}

TEST_F(PublishLines, SayWhereTheStoreFailsAndGoOn) {
  begin();
  store_broken = true;
  line(good);
  wait_for_answers(1);
  store_broken = false;
  line(good);
  finish();
  ASSERT_EQ(answers().size(), 2u);
  EXPECT_EQ(answers()[0]["code"], "store_unavailable");
  EXPECT_TRUE(answers()[1].contains("ids"));
}

}  // namespace
}  // namespace tidings::api
