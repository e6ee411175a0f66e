// All that the HTTP interface stands on, real but for sockets: a log in memory, one shard, keys that the test knows and
// a clock that it moves.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/router.hpp"
#include "api/testing/breakable_store.hpp"
#include "api/testing/exchange.hpp"
#include "store/embedded_log.hpp"

namespace tidings::api::testing {

inline constexpr std::string_view secret = "a-secret-for-tests-of-0123456789";
inline constexpr std::string_view publisher_key = "publisher-key-0123456789-0123456789";

using ExchangeTestPtr = std::shared_ptr<RecordedExchange>;

class Hub : public ::testing::Test {
 protected:
  Hub() : Hub(false) {}
  explicit Hub(bool dev) {
    settings.cors_origins = {"https://app.example"};
    settings.node = "node-1";
    settings.dev = dev;
    settings.dev_token = [this](const auth::TokenRequest& request) { return sign(request); };
    streams.attach(log);
    EXPECT_TRUE(log.start());
  }
  ~Hub() override {
    // Streams speak to their exchanges until they are gone.
    streams.drain(Milliseconds{0}, [this] { drained = true; });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!drained && std::chrono::steady_clock::now() < deadline) {
      clock.advance(Milliseconds{20});
      reactor.run_once(Milliseconds{1});
    }
    log.stop();
    reactor.run_once(Milliseconds{0});
  }

  static auth::KeySet keys() {
    auth::KeySet set;
    set.add(auth::Key::from_secret(secret, auth::Algorithm::HS256).value());
    return set;
  }

  Result<std::string> sign(const auth::TokenRequest& request) const {
    return auth::sign_access_token(request, secret, auth::Algorithm::HS256, clock.wall());
  }
  // An access token with these permissions.
  std::string token(std::string user, std::vector<std::string> subscribe = {}, std::vector<std::string> publish = {},
                    bool admin = false) const {
    auth::TokenRequest request;
    request.user = std::move(user);
    request.subscribe = std::move(subscribe);
    request.publish = std::move(publish);
    request.admin = admin;
    return sign(request).value();
  }
  std::string admin() const { return token("operator", {}, {}, true); }

  using Given = std::initializer_list<std::pair<std::string, std::string>>;
  // Asks and returns at once; `target` may hold a query.
  ExchangeTestPtr send(std::string method, std::string target, Given fields = {}, std::string body = {}) {
    return send_to(everyone, std::move(method), std::move(target), fields, std::move(body));
  }
  ExchangeTestPtr send_to(Router& router, std::string method, std::string target, Given fields = {},
                          std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.peer = peer;
    request.has_body = !body.empty();
    if (request.has_body) request.content_length = body.size();
    for (const auto& [name, value] : fields) request.fields.add(name, value);
    auto exchange = std::make_shared<RecordedExchange>(reactor, std::move(request));
    exchange->body = std::move(body);
    exchanges.push_back(exchange);
    router.handle(exchange);
    return exchange;
  }
  // Asks and waits for the answer's head.
  ExchangeTestPtr ask(std::string method, std::string target, Given fields = {}, std::string body = {}) {
    auto exchange = send(std::move(method), std::move(target), fields, std::move(body));
    wait_for([&] { return !exchange->answers.empty(); });
    return exchange;
  }

  // Turns the shard until it is so; fails the test where it never is.
  template <typename Condition>
  void wait_for(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "what the test waits for does not happen";
      reactor.run_once(Milliseconds{5});
    }
  }

  static nlohmann::json json_of(const ExchangeTestPtr& exchange) {
    return nlohmann::json::parse(exchange->answer().body);
  }
  static std::string code_of(const ExchangeTestPtr& exchange) {
    const auto body = json_of(exchange);
    return body.value("code", "no code");
  }
  static std::string bearer(const std::string& token) { return "Bearer " + token; }

  // A new session's id.
  std::string session(const std::string& access_token, std::string body = {}) {
    const auto answer =
        ask("POST", "/api/v1/events/session",
            {{"Authorization", bearer(access_token)}, {"Content-Type", "application/json"}}, std::move(body));
    EXPECT_EQ(answer->status(), 201) << answer->answer().body;
    return json_of(answer).value("session_id", "");
  }
  // An open stream, after its `hello`.
  ExchangeTestPtr stream(const std::string& access_token, const std::string& query = {}) {
    auto exchange = ask("GET", "/api/v1/events/stream" + query, {{"Authorization", bearer(access_token)}});
    EXPECT_EQ(exchange->status(), 200) << exchange->answer().body;
    wait_for([&] { return exchange->stream.bytes.find("event: hello") != std::string::npos; });
    return exchange;
  }
  static std::string connection_id(const ExchangeTestPtr& stream) {
    constexpr std::string_view before = R"("connection_id":")";
    const auto at = stream->stream.bytes.find(before) + before.size();
    return stream->stream.bytes.substr(at, stream->stream.bytes.find('"', at) - at);
  }

  ManualClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  net::Reactor reactor{clock};
  ApiSettings settings;
  events::StreamSettings stream_settings;
  auth::Revocations revocations;
  auth::PublisherKeys publisher_keys{{std::string(publisher_key)}};
  auth::Tokens tokens{keys(), auth::derive_sse_key(secret), auth::TokenSettings{}, revocations, clock};
  std::unique_ptr<store::SessionStore> session_store = store::make_memory_session_store(clock, {4, 100});
  auth::Sessions sessions{*session_store, random, clock, Seconds{30}};
  events::Streams streams{{&reactor}, clock, random, stream_settings, metrics};
  std::atomic<bool> store_broken{false};  // it is damaged
  std::atomic<bool> store_full{false};    // it can be read, but not written
  store::EmbeddedLog log{
      std::make_unique<BreakableStore>(store_broken, store_full), log_settings(), clock, random, streams, metrics};
  std::atomic<bool> draining{false};
  Services services{settings,       clock, random,  tokens,  sessions, revocations,
                    publisher_keys, log,   streams, metrics, draining};
  Router everyone{services, Side::everyone};
  Router operators{services, Side::admin};
  net::IpAddress peer = net::IpAddress::parse("127.0.0.1").value();
  bool drained = false;
  std::vector<ExchangeTestPtr> exchanges;  // streams write to theirs until they are gone

 private:
  static store::LogSettings log_settings() {
    store::LogSettings chosen;
    chosen.durability = store::Durability::memory;
    return chosen;
  }
};

}  // namespace tidings::api::testing
