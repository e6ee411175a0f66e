// Clients on a reactor of the test's own thread, with a clock that stands still, and servers that the test scripts.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "observe/log.hpp"
#include "redis/client.hpp"
#include "redis/testing/fake_server.hpp"

namespace tidings::redis::testing {

// A listener that notes what it hears.
struct Listener final : ClientListener {
  void on_connected() override {
    ++connected;
    if (when_connected) when_connected();
  }
  void on_disconnected(std::string_view reason) override {
    reasons.emplace_back(reason);
    if (when_disconnected) when_disconnected();
  }
  int connected = 0;
  std::vector<std::string> reasons;
  std::function<void()> when_connected;
  std::function<void()> when_disconnected;
};

class ClientTest : public ::testing::Test {
 public:
  ClientTest() {
    observe::configure_log(observe::Level::debug, observe::Format::text);
    observe::redirect_log([this](std::string_view line) { log_ += std::string(line) + '\n'; });
    servers_.push_back(std::make_unique<FakeServer>());
    settings_.address = *Address::parse("redis://" + server().where().text());
    settings_.name = "test";
  }
  ~ClientTest() override { observe::redirect_log({}); }

  [[nodiscard]] FakeServer& server() { return *servers_.front(); }
  FakeServer& another_server() { return *servers_.emplace_back(std::make_unique<FakeServer>()); }

  Client& client() {
    if (!client_) client_ = std::make_unique<Client>(reactor_, random_, metrics_, settings_, listener_);
    return *client_;
  }
  // One that is connected.
  Client& connect() {
    client().start();
    EXPECT_TRUE(turn_until([&] { return client().connected(); })) << log_;
    return client();
  }

  // Turns until `done`, as long as something can still happen.
  template <typename Condition>
  bool turn_until(Condition done) {
    for (int turns = 0; turns < 2000; ++turns) {
      if (done()) return true;
      turn_once(Milliseconds{1});
    }
    return done();
  }
  void turn(int turns = 20) {
    while (turns-- > 0) turn_once(Milliseconds{0});
  }
  void pass(Milliseconds time) {
    turn();
    clock_.advance(time);
    turn();
  }
  // Lets time pass until `done`, a tenth of a second after the other, for a minute at most.
  template <typename Condition>
  bool pass_until(Condition done) {
    for (int times = 0; times < 600 && !done(); ++times) pass(Milliseconds{100});
    return done();
  }

  // Notes what a command was answered with.
  Answer note() {
    return [this](CommandResult result) { results_.push_back(std::move(result)); };
  }
  // What the next command is answered with.
  CommandResult ask(std::initializer_list<std::string_view> words) {
    const std::size_t before = results_.size();
    client().command(words, note());
    EXPECT_TRUE(turn_until([&] { return results_.size() > before; }));
    return results_.back();
  }

  // What operators are told of why there is no reply.
  static std::string detail(const CommandResult& result) { return result ? "a reply" : result.error().detail; }

  [[nodiscard]] std::size_t logged(std::string_view text) const {
    std::size_t count = 0;
    for (std::size_t at = log_.find(text); at != std::string::npos; at = log_.find(text, at + 1)) ++count;
    return count;
  }

  ManualClock clock_;
  net::Reactor reactor_{clock_};
  SeededRandom random_{1};
  observe::Metrics metrics_;
  ClientSettings settings_;
  Listener listener_;
  std::string log_;
  std::vector<CommandResult> results_;
  std::vector<std::unique_ptr<FakeServer>> servers_;
  std::unique_ptr<Client> client_;

 private:
  void turn_once(Milliseconds wait) {
    reactor_.run_once(wait);
    for (auto& each : servers_) each->turn();
  }
};

}  // namespace tidings::redis::testing
