#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

constexpr const char* publish_path = "/api/v1/events";

class PublishTest : public Hub {
 protected:
  testing::ExchangeTestPtr publish(const std::string& credential, std::string body,
                                   std::string type = "application/json") {
    return ask("POST", publish_path, {{"Authorization", bearer(credential)}, {"Content-Type", std::move(type)}},
               std::move(body));
  }
  std::string key{testing::publisher_key};
};

TEST_F(PublishTest, AnswersWithTheIdsOfWhatIsStored) {
  const auto one = publish(key, R"({"type": "a", "data": 1})");
  ASSERT_EQ(one->status(), 200);
  EXPECT_EQ(json_of(one)["ids"], nlohmann::json::array({log.head().text()}));
  const auto many =
      publish(key, R"([{"type": "a", "data": 2}, {"type": "b", "text": "x"}])", "Application/JSON; charset=utf-8");
  EXPECT_EQ(json_of(many)["ids"].size(), 2u);
}

TEST_F(PublishTest, RefusesBodiesThatAreNotEvents) {
  EXPECT_EQ(code_of(publish(key, "{")), "body_malformed");
  EXPECT_EQ(code_of(publish(key, "[]")), "body_invalid");
  EXPECT_EQ(code_of(publish(key, R"({"type": "hello", "data": 1})")), "event_invalid");
  EXPECT_EQ(code_of(publish(key, R"({"type": "a", "data": 1})", "text/plain")), "content_type_unsupported");
  settings.event_bytes = 3;
  EXPECT_EQ(code_of(publish(key, R"({"type": "a", "data": 12345})")), "event_too_large");
  settings.body_bytes = 10;
  EXPECT_EQ(code_of(publish(key, R"({"type": "a", "data": 1})")), "body_too_large");
}

TEST_F(PublishTest, RefusesAnotherEventUnderAKey) {
  const auto first = publish(key, R"({"type": "a", "data": 1, "key": "k"})");
  EXPECT_EQ(json_of(publish(key, R"({"type": "a", "data": 1, "key": "k"})"))["ids"], json_of(first)["ids"]);
  const auto other = publish(key, R"({"type": "a", "data": 2, "key": "k"})");
  EXPECT_EQ(other->status(), 409);
  EXPECT_EQ(code_of(other), "key_reused");
}

TEST_F(PublishTest, AsksForAKnownPublisher) {
  EXPECT_EQ(code_of(ask("POST", publish_path)), "token_missing");
  EXPECT_EQ(code_of(publish("no-such-key", "{}")), "publisher_key_invalid");
  EXPECT_EQ(code_of(publish("not.a.token", "{}")), "token_malformed");
  EXPECT_EQ(code_of(publish(token("ada"), "{}")), "publish_forbidden");
}

TEST_F(PublishTest, HoldsTokensToTheirPermissions) {
  const std::string novels = token("ada", {}, {"novel:*"});
  EXPECT_EQ(publish(novels, R"({"type": "a", "data": 1, "channels": ["novel:1"]})")->status(), 200);
  EXPECT_EQ(code_of(publish(novels, R"({"type": "a", "data": 1, "channels": ["other"]})")), "publish_forbidden");
  EXPECT_EQ(code_of(publish(novels, R"({"type": "a", "data": 1, "channels": ["novel:1"], "users": ["ada"]})")),
            "publish_forbidden");
  EXPECT_EQ(code_of(publish(novels, R"({"type": "a", "data": 1})")), "publish_forbidden");
  const std::string all = token("ada", {}, {"**"});
  EXPECT_EQ(publish(all, R"({"type": "a", "data": 1})")->status(), 200);
  EXPECT_EQ(publish(all, R"({"type": "a", "data": 1, "users": ["bob"], "channels": ["x"]})")->status(), 200);
}

TEST_F(PublishTest, StoresNothingOfAnArrayWithAForbiddenEvent) {
  const auto head = log.head();
  const auto answer = publish(token("ada", {}, {"novel:*"}), R"([{"type": "a", "data": 1, "channels": ["novel:1"]},
                                                               {"type": "a", "data": 1, "channels": ["other"]}])");
  EXPECT_EQ(code_of(answer), "publish_forbidden");
  EXPECT_TRUE(json_of(answer)["detail"].get<std::string>().starts_with("event 1: "));
  EXPECT_EQ(log.head(), head);
}

TEST_F(PublishTest, LooksAtTheTokenAgainWhenTheBodyHasCome) {
  const auto exchange = send(
      "POST", publish_path, {{"Authorization", bearer(token("ada", {}, {"**"}))}, {"Content-Type", "application/json"}},
      R"({"type": "a", "data": 1})");
  clock.advance(std::chrono::hours{2});
  wait_for([&] { return !exchange->answers.empty(); });
  EXPECT_EQ(code_of(exchange), "token_expired");
}

TEST_F(PublishTest, LooksAtTheKeyAgainWhenTheBodyHasCome) {
  const auto head = log.head();
  const auto exchange =
      send("POST", publish_path, {{"Authorization", bearer(key)}, {"Content-Type", "application/json"}},
           R"({"type": "a", "data": 1})");
  publisher_keys = auth::PublisherKeys({});
  wait_for([&] { return !exchange->answers.empty(); });
  EXPECT_EQ(code_of(exchange), "publisher_key_invalid");
  EXPECT_EQ(log.head(), head);
}

TEST_F(PublishTest, SaysThatTheStoreIsUnavailable) {
  store_broken = true;
  EXPECT_EQ(publish(key, R"({"type": "a", "data": 1})")->status(), 503);
}

}  // namespace
}  // namespace tidings::api
