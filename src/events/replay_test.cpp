// Many streams that return at once: how they share what is read, and what they leave to others.
#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::FakeResponse;
using testing::patterns;
using Data = std::vector<std::string>;

class Replay : public testing::Hub {
 protected:
  Replay() { settings.streams_per_user = 0; }

  // Each for everyone, and so many after them for nobody here, so that only the log has the former.
  void publish_then_bury(int count) {
    for (int i = 0; i < count; ++i) {
      publish(std::to_string(i));
      numbered.push_back(std::to_string(i));
    }
    for (store::Position i = 0; i <= Shard::most_behind; ++i) publish("x", {{"nobody"}, {}});
    turn();
  }
  // What was held back so far is answered; what comes is held back again.
  void answer_held() {
    for (auto& read : std::exchange(log->held, {})) read();
  }
  [[nodiscard]] std::vector<store::Position> places_read() const {
    std::vector<store::Position> places;
    for (const store::ReadQuery& query : log->queries) places.push_back(query.after);
    return places;
  }

  Data numbered;
};

TEST_F(Replay, AsksForABoundedNumberOfPagesTogether) {
  publish_then_bury(1);
  log->hold = true;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < Shard::most_reads + 9; ++i) {
    clients.push_back(open_after(cursor(0), "user-" + std::to_string(i)));
  }
  EXPECT_EQ(log->held.size(), 1U);
  answer_held();
  turn();
  EXPECT_EQ(log->held.size(), Shard::most_reads);
  answer_held();
  turn(static_cast<int>(Shard::most_reads / Shard::pages_a_slice) + 12);
  EXPECT_EQ(log->held.size(), 8U);
  log->release();
  turn();
  for (const Client& client : clients) EXPECT_EQ(client.data(), Data{"0"});
}

TEST_F(Replay, ClientsOfOneUserShareTheirPages) {
  publish_then_bury(300);
  log->hold = true;
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(open_after(cursor(0)));
  log->release();
  turn(50);
  for (const Client& client : clients) EXPECT_EQ(client.data(), numbered);
  EXPECT_EQ(places_read(), (std::vector<store::Position>{0, 256}));
}

TEST_F(Replay, EachHasThePageInItsOwnForm) {
  publish_then_bury(2);
  log->hold = true;
  StreamOptions envelope = options();
  envelope.form = Form::envelope;
  envelope.start.last_event_id = cursor(0);
  const Client enveloped = open(envelope);
  const Client plain = open_after(cursor(1));
  Client unchunked;
  unchunked.response->kind = http::Framing::identity;
  unchunked.exchange = std::make_shared<testing::FakeExchange>(*reactors[0], unchunked.response);
  StreamOptions same = options();
  same.start.last_event_id = cursor(0);
  Streams::Place place = place_for(same);
  streams->open(unchunked.exchange, {}, same, std::move(place));
  turn();
  log->release();
  turn(20);
  EXPECT_EQ(enveloped.of("message").at(0).data, R"({"type":"app","text":"0"})");
  EXPECT_EQ(enveloped.of("message").at(1).data, R"({"type":"app","text":"1"})");
  EXPECT_EQ(plain.data(), Data{"1"});
  EXPECT_EQ(plain.last_id(), cursor(2));
  EXPECT_EQ(unchunked.data(), (Data{"0", "1"}));
  EXPECT_EQ(log->queries.size(), 1U);
}

TEST_F(Replay, OtherWishesAreReadApart) {
  publish("app", {{"ann"}, {}});
  publish("other", {{"ann"}, {}}, "application");
  publish("room", {{}, {"room:1"}});
  publish_then_bury(0);
  log->hold = true;
  StreamOptions stream = options();
  stream.start.last_event_id = cursor(0);
  StreamOptions of_type = stream;
  of_type.types = patterns("application", Names::types);
  StreamOptions of_channel = stream;
  of_channel.channels = patterns("room:*", Names::channels);
  const Client all = open(stream);
  const Client typed = open(of_type);
  const Client channelled = open(of_channel);
  const Client bob = open_after(cursor(0), "bob");
  log->release();
  turn(20);
  EXPECT_EQ(all.data(), (Data{"app", "other"}));
  EXPECT_EQ(typed.data(), Data{"other"});
  EXPECT_EQ(channelled.data(), (Data{"app", "other", "room"}));
  EXPECT_TRUE(bob.data().empty());
  EXPECT_EQ(log->queries.size(), 4U);
}

TEST_F(Replay, WhoComesLaterIsWaitedFor) {
  publish_then_bury(700);
  log->hold = true;
  const Client ahead = open_after(cursor(300));
  const Client later = open_after(cursor(0));
  log->release();
  turn(50);
  EXPECT_EQ(later.data(), numbered);
  EXPECT_EQ(ahead.data(), Data(numbered.begin() + 300, numbered.end()));
  // The first had its page, to 556; from there both go on together.
  EXPECT_EQ(places_read(), (std::vector<store::Position>{300, 0, 256, 512}));
}

TEST_F(Replay, ReadersThatWereBlockedInAPageGoOnWhereTheyWere) {
  publish_then_bury(1'000);
  log->hold = true;
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(open_after(cursor(0)));
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i].response->room = 100 + 7 * i;
  log->release();
  turn(20);
  for (std::size_t round = 0; round < 500; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i].response->give_room(1 + (round * 13 + i * 29) % 400);
    turn(4);
  }
  for (const Client& client : clients) client.response->give_room(FakeResponse::unlimited);
  turn(50);
  for (const Client& client : clients) EXPECT_EQ(client.data(), numbered);
}

TEST_F(Replay, ALiveEventPassesThoseWhoCatchUp) {
  publish_then_bury(50);
  const Client live = open(options("live"));
  log->hold = true;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 4 * Shard::pages_a_slice; ++i) clients.push_back(open_after(cursor(0)));
  publish("now", {{"live"}, {}});
  log->release();
  turn(1);
  EXPECT_EQ(live.data(), Data{"now"});
  const auto begun = std::ranges::count_if(clients, [](const Client& client) { return !client.data().empty(); });
  EXPECT_LE(static_cast<std::size_t>(begun), 2 * Shard::pages_a_slice);
  turn(20);
  for (const Client& client : clients) EXPECT_EQ(client.data(), numbered);
}

TEST_F(Replay, ThoseWhoCatchUpHaveALittleOfEachTurnHoweverManyAreLive) {
  publish_then_bury(5);
  std::vector<Client> live;
  for (std::size_t i = 0; i < 8 * Shard::serves_a_slice; ++i) live.push_back(open(options("live")));
  log->hold = true;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 10; ++i) clients.push_back(open_after(cursor(0)));
  publish("now", {{"live"}, {}});
  log->release();
  turn(4);
  const auto begun = std::ranges::count_if(clients, [](const Client& client) { return !client.data().empty(); });
  EXPECT_GE(static_cast<std::size_t>(begun), Shard::pages_at_least);
  EXPECT_TRUE(live.back().data().empty() || live.front().data().empty());
  turn(20);
  for (const Client& client : clients) EXPECT_EQ(client.data(), numbered);
}

TEST_F(Replay, StreamsThatAreGoneDoNotMindTheirPages) {
  publish_then_bury(5);
  log->hold = true;
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(open_after(cursor(0), "user-" + std::to_string(i % 4)));
  for (const Client& client : clients) client.close();
  log->release();
  turn(20);
  EXPECT_EQ(streams->open_streams(), 0U);
}

TEST_F(Replay, StreamsThatAreLeftInTheMiddleOfAPageAreFreed) {
  publish_then_bury(5);
  log->hold = true;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 3 * Shard::pages_a_slice; ++i) clients.push_back(open_after(cursor(0)));
  const Client other = open_after(cursor(0), "bob");
  log->release();
  turn(2);
  EXPECT_EQ(clients.front().data(), numbered);
  EXPECT_TRUE(clients.back().data().empty());
  streams.reset();
  log = nullptr;
}

TEST_F(Replay, AReadThatFailsIsToldToAllWhoWaitForIt) {
  publish_then_bury(5);
  log->hold = true;
  const Client first = open_after(cursor(0), "bob");
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(open_after(cursor(0)));
  log->failure = Error{ErrorCode::store_unavailable, "checksum", {}};
  log->release();
  turn();
  EXPECT_EQ(first.data(), numbered);
  for (const Client& client : clients) {
    ASSERT_EQ(client.of("bye").size(), 1U);
    EXPECT_TRUE(client.response->ended);
  }
}

}  // namespace
}  // namespace tidings::events
