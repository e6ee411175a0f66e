// What time and operators do to a stream: pings, tokens, timeouts, farewells, draining.
#include <set>

#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::FakeResponse;
using testing::patterns;
using Data = std::vector<std::string>;

std::string bye(std::string_view reason, bool reconnect = true) {
  return R"({"reason":")" + std::string(reason) + R"(","reconnect":)" + (reconnect ? "true" : "false") +
         R"(,"retry_ms":1000})";
}

class Lifetime : public testing::Hub {
 protected:
  static void expect_bye(const Client& client, const std::string& data) {
    ASSERT_EQ(client.of("bye").size(), 1U);
    EXPECT_EQ(client.of("bye")[0].data, data);
    EXPECT_TRUE(client.response->ended);
  }
  Result<void> extend(const Client& client, std::string_view user, WallTime until, bool covers = true) {
    Result<void> result = fail(ErrorCode::internal, "unanswered");
    streams->extend(
        *reactors[0], client.id(), user, until, std::nullopt, [covers](const Pattern&) { return covers; },
        [&](Result<void> done) { result = std::move(done); });
    turn();
    return result;
  }
  void disconnect_user(std::string_view user) {
    streams->disconnect_user(*reactors[0], user, std::nullopt, [](std::size_t) {});
    turn();
  }
};

TEST_F(Lifetime, PingsEachHeartbeatWithTheStreamsOwnPosition) {
  const Client client = open(options());
  publish("for another", {{"bob"}, {}});
  pass(Milliseconds{14'990});
  EXPECT_TRUE(client.of("ping").empty());
  pass(Milliseconds{20});
  ASSERT_EQ(client.of("ping").size(), 1U);
  EXPECT_EQ(client.of("ping")[0].id, cursor(1));
  EXPECT_EQ(client.of("ping")[0].data, R"({"time":")" + to_rfc3339(clock.wall()) + "\"}");
  for (int i = 0; i < 3; ++i) pass(Seconds{15});
  EXPECT_EQ(client.of("ping").size(), 4U);
}

TEST_F(Lifetime, ABlockedStreamIsPingedOnceItCanBeWrittenTo) {
  const Client client = open(options());
  client.response->room = 10;
  publish("a frame of some length");
  turn();
  pass(Seconds{31});
  EXPECT_TRUE(client.of("ping").empty());
  client.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(client.data(), Data{"a frame of some length"});
  ASSERT_EQ(client.of("ping").size(), 1U);
  EXPECT_EQ(client.of("ping")[0].id, cursor(1));
}

TEST_F(Lifetime, AStreamThatTakesNothingIsClosed) {
  const Client client = open(options());
  client.response->room = 0;
  publish("x");
  turn();
  pass(Seconds{59});
  EXPECT_FALSE(client.response->gone());
  pass(Seconds{2});
  EXPECT_TRUE(client.response->aborted);
  EXPECT_EQ(streams->open_streams(), 0U);
}

TEST_F(Lifetime, EveryByteTakenStartsTheTimeoutAnew) {
  const Client client = open(options());
  client.response->room = 0;
  publish("a frame that is taken byte by byte");
  turn();
  for (int i = 0; i < 5; ++i) {
    pass(Seconds{50});
    client.response->give_room(1);
    turn();
  }
  EXPECT_FALSE(client.response->gone());
}

TEST_F(Lifetime, APeerThatAcknowledgesNothingIsClosed) {
  const Client client = open(options());
  client.response->unacknowledged = Seconds{60};
  pass(Seconds{15});
  EXPECT_TRUE(client.response->aborted);
}

TEST_F(Lifetime, AsksForANewTokenOnceShortlyBeforeItsEnd) {
  const Client client = open(options());
  pass(std::chrono::hours(1) - Milliseconds{30'020});
  EXPECT_TRUE(client.of("reauth").empty());
  const WallTime expires = clock.wall() + Milliseconds{30'020};
  pass(Milliseconds{40});
  ASSERT_EQ(client.of("reauth").size(), 1U);
  EXPECT_EQ(client.of("reauth")[0].data, R"({"expires_at":")" + to_rfc3339(expires) + "\"}");
  EXPECT_EQ(client.of("reauth")[0].id, cursor(0));
  pass(Seconds{29});
  EXPECT_EQ(client.of("reauth").size(), 1U);
}

TEST_F(Lifetime, AShortTokenIsAskedForAtHalfItsLife) {
  StreamOptions stream = options();
  stream.expires_at = clock.wall() + Seconds{10};
  const Client client = open(std::move(stream));
  pass(Milliseconds{4'980});
  EXPECT_TRUE(client.of("reauth").empty());
  pass(Milliseconds{40});
  EXPECT_EQ(client.of("reauth").size(), 1U);
}

TEST_F(Lifetime, EndsWithItsTokenAndTheAllowedSkew) {
  StreamOptions stream = options();
  stream.expires_at = clock.wall() + Seconds{10};
  const Client client = open(std::move(stream));
  pass(Seconds{69});
  EXPECT_FALSE(client.response->gone());
  pass(Seconds{2});
  expect_bye(client, bye("token_expired"));
}

TEST_F(Lifetime, AFreshTokenLetsItLiveOn) {
  StreamOptions stream = options();
  stream.expires_at = clock.wall() + Seconds{10};
  const Client client = open(std::move(stream));
  pass(Seconds{6});
  EXPECT_TRUE(extend(client, "ann", clock.wall() + Seconds{200}));
  pass(Seconds{169});
  EXPECT_EQ(client.of("reauth").size(), 1U);
  pass(Seconds{2});
  EXPECT_EQ(client.of("reauth").size(), 2U);
  EXPECT_FALSE(client.response->gone());
  pass(Seconds{100});
  expect_bye(client, bye("token_expired"));
}

TEST_F(Lifetime, AnEndBeyondAllCalendarsIsNotReached) {
  const Client client = open(options());
  EXPECT_TRUE(extend(client, "ann", WallTime::max()));
  pass(std::chrono::hours(24 * 30));
  EXPECT_TRUE(client.of("reauth").empty());
  EXPECT_FALSE(client.response->gone());
  EXPECT_TRUE(extend(client, "ann", WallTime::min()));
  pass(Seconds{1});
  expect_bye(client, bye("token_expired"));
}

TEST_F(Lifetime, AnotherUsersOrAnUnknownConnectionIsNotExtended) {
  const Client client = open(options());
  EXPECT_EQ(extend(client, "bob", clock.wall()).error().code, ErrorCode::connection_not_found);
  client.close();
  turn();
  EXPECT_EQ(extend(client, "ann", clock.wall()).error().code, ErrorCode::connection_not_found);
  bool answered = false;
  streams->extend(*reactors[0], ConnectionId::make(0, 200, random), "ann", clock.wall(), std::nullopt, nullptr,
                  [&](const Result<void>& done) { answered = !done; });
  turn();
  EXPECT_TRUE(answered);
}

TEST_F(Lifetime, AChannelThatTheNewTokenDoesNotAllowEndsTheStream) {
  StreamOptions stream = options();
  stream.channels = patterns("novel:1", Names::channels);
  const Client client = open(std::move(stream));
  EXPECT_TRUE(extend(client, "ann", clock.wall() + Seconds{100}, true));
  EXPECT_FALSE(client.response->gone());
  EXPECT_TRUE(extend(client, "ann", clock.wall() + Seconds{100}, false));
  expect_bye(client, bye("channel_lost"));
}

TEST_F(Lifetime, DisconnectsOneStream) {
  const Client client = open(options());
  const Client other = open(options());
  std::vector<bool> answers;
  const auto disconnect = [&](const ConnectionId& id) {
    streams->disconnect(*reactors[0], id, [&](bool was) { answers.push_back(was); });
    turn();
  };
  disconnect(client.id());
  disconnect(client.id());
  disconnect(ConnectionId::make(0, 7, random));
  EXPECT_EQ(answers, (std::vector<bool>{true, false, false}));
  expect_bye(client, bye("disconnected"));
  EXPECT_FALSE(other.response->gone());
}

TEST_F(Lifetime, AFarewellWaitsForTheFrameThatIsUnderWay) {
  const Client client = open(options());
  client.response->room = 10;
  publish("first");
  publish("second");
  turn();
  streams->disconnect(*reactors[0], client.id(), [](bool) {});
  turn();
  EXPECT_FALSE(client.response->gone());
  client.response->give_room(50);
  turn();
  client.response->give_room(20);
  turn();
  client.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(client.data(), Data{"first"});
  expect_bye(client, bye("disconnected"));
  EXPECT_EQ(client.of("bye")[0].id, cursor(1));
  EXPECT_EQ(client.response->read().incomplete, "");
}

TEST_F(Lifetime, ARevokedStreamWhoseFrameIsNotFinishedIsBrokenOffWithinASecond) {
  const Client client = open(options());
  client.response->room = 10;
  publish("a frame that is taken byte by byte");
  turn();
  disconnect_user("ann");
  for (int i = 0; i < 9; ++i) {
    pass(Milliseconds{100});
    client.response->give_room(1);
    turn();
  }
  pass(Milliseconds{100});
  EXPECT_TRUE(client.response->aborted);
  EXPECT_EQ(streams->open_streams(), 0U);
}

TEST_F(Lifetime, ARevokedStreamWhoseFrameIsFinishedInTimeIsToldSo) {
  const Client client = open(options());
  client.response->room = 10;
  publish("first");
  publish("second");
  turn();
  disconnect_user("ann");
  pass(Milliseconds{500});
  EXPECT_FALSE(client.response->gone());
  client.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(client.data(), Data{"first"});
  expect_bye(client, R"({"reason":"revoked","reconnect":false,"retry_ms":1000})");
}

TEST_F(Lifetime, TheFrameUnderWayAndTheFarewellShareTheSecond) {
  const Client client = open(options());
  client.response->room = 10;
  publish("first");
  turn();
  disconnect_user("ann");
  pass(Milliseconds{700});
  // Of the farewell too some bytes fit, of which more are taken all the time.
  client.response->give_room(60);
  turn();
  client.response->give_room(1);
  turn();
  EXPECT_EQ(client.data(), Data{"first"});
  pass(Milliseconds{300});
  EXPECT_TRUE(client.response->aborted);
}

TEST_F(Lifetime, ABlockedStreamOutlivesItsTokenByASecondAtMost) {
  StreamOptions stream = options();
  stream.expires_at = clock.wall() + Seconds{10};
  const Client client = open(std::move(stream));
  pass(Seconds{69});
  client.response->room = 10;
  publish("a frame that is taken byte by byte");
  turn();
  pass(Seconds{1});
  EXPECT_FALSE(client.response->gone());
  client.response->give_room(1);
  turn();
  pass(Seconds{1});
  EXPECT_TRUE(client.response->aborted);
}

TEST_F(Lifetime, APingThatIsDueWithTheTokensEndDoesNotPutItOff) {
  StreamOptions stream = options();
  stream.expires_at = clock.wall() + Seconds{15};
  settings.clock_skew = Seconds{0};
  const Client client = open(std::move(stream));
  client.response->room = 0;
  publish("x");
  turn();
  pass(Seconds{15});
  pass(Seconds{1});
  EXPECT_TRUE(client.response->aborted);
}

TEST_F(Lifetime, WhatEndsAStreamAtOnceDoesNotWaitForTheEndOfDraining) {
  settings.clock_skew = Seconds{0};
  StreamOptions short_lived = options("bob");
  short_lived.expires_at = clock.wall() + Seconds{41};
  const Client revoked = open(options());
  const Client expired = open(std::move(short_lived));
  const Client other = open(options("eve"));
  for (const Client& client : {revoked, expired, other}) client.response->room = 10;
  publish("x");
  turn();
  streams->drain(Seconds{50}, [] {});
  for (int i = 0; i < 42; ++i) pass(Seconds{1});
  EXPECT_TRUE(expired.response->aborted);
  EXPECT_FALSE(revoked.response->gone());
  disconnect_user("ann");
  pass(Seconds{1});
  EXPECT_TRUE(revoked.response->aborted);
  EXPECT_FALSE(other.response->gone());
  other.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(other.of("bye").size(), 1U);
}

TEST_F(Lifetime, AFarewellThatIsNotTakenEndsInBreakingOff) {
  const Client client = open(options());
  client.response->room = 0;
  streams->disconnect(*reactors[0], client.id(), [](bool) {});
  turn();
  pass(Seconds{1});
  EXPECT_TRUE(client.response->aborted);
}

TEST_F(Lifetime, DrainingSpreadsFarewellsWithTheirOwnRetry) {
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(open(options()));
  const auto gone = [&] {
    return std::ranges::count_if(clients, [](const Client& client) { return client.response->ended; });
  };
  bool done = false;
  streams->drain(Seconds{10}, [&] { done = true; });
  pass(Milliseconds{10});
  EXPECT_LT(gone(), 5);
  for (int i = 0; i < 40; ++i) pass(Milliseconds{100});
  EXPECT_GT(gone(), 15);
  EXPECT_LT(gone(), 25);
  EXPECT_FALSE(done);
  for (int i = 0; i < 45; ++i) pass(Milliseconds{100});
  EXPECT_EQ(gone(), 40);
  EXPECT_TRUE(done);
  std::set<std::string> retries;
  for (const Client& client : clients) {
    const std::string retry = client.response->read().retry;
    EXPECT_NE(client.of("bye").at(0).data.find("\"retry_ms\":" + retry), std::string::npos);
    EXPECT_GE(std::stoi(retry), 1000);
    EXPECT_LE(std::stoi(retry), 2000);
    retries.insert(retry);
  }
  EXPECT_GT(retries.size(), 10U);
}

TEST_F(Lifetime, DrainingBreaksOffThoseWhoTakeNothing) {
  const Client stuck = open(options());
  stuck.response->room = 0;
  publish("x");
  turn();
  bool done = false;
  streams->drain(Milliseconds{0}, [&] { done = true; });
  turn();
  EXPECT_FALSE(done);
  pass(Shard::least_drain);
  pass(Shard::drain_step);
  EXPECT_TRUE(stuck.response->aborted);
  EXPECT_TRUE(done);
}

TEST_F(Lifetime, WhoComesWhileDrainingIsSentAway) {
  const Client first = open(options());
  first.response->room = 0;
  publish("x");
  turn();
  streams->drain(Seconds{10}, [] {});
  const Client late = open(options());
  EXPECT_EQ(late.of("bye").size(), 1U);
  EXPECT_TRUE(late.response->ended);
}

TEST_F(Lifetime, StreamsThatAreLeftAtTheEndAreFreed) {
  publish("x");
  const Client live = open(options());
  const Client blocked = open(options());
  blocked.response->room = 0;
  publish("y");
  turn();
  for (int i = 0; i < 1500; ++i) publish("z");
  log->hold = true;
  const Client reading = open_after(cursor(0));
  publish("never pumped");
  streams.reset();
  log = nullptr;
}

}  // namespace
}  // namespace tidings::events
