// What a client of one shard receives: live, resumed, replayed, and where its transport is slow.
#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::FakeResponse;
using testing::patterns;
using Data = std::vector<std::string>;

class Delivery : public testing::Hub {
 protected:
  void publish_many(int count) {
    for (int i = 0; i < count; ++i) publish(std::to_string(i));
  }
};

TEST_F(Delivery, GreetsWithHelloAtTheHead) {
  publish("before");
  const Client client = open(options());
  const auto events = client.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "hello");
  EXPECT_EQ(events[0].id, cursor(1));
  EXPECT_EQ(client.response->read().retry, "1000");
  EXPECT_EQ(events[0].data, "{\"connection_id\":\"" + client.id().text() +
                                "\",\"heartbeat_ms\":15000,\"retry_ms\":1000,\"resumed\":false,\"expires_at\":\"" +
                                to_rfc3339(clock.wall() + std::chrono::hours(1)) + "\"}");
  EXPECT_EQ(streams->open_streams(), 1U);
}

TEST_F(Delivery, StartsAtTheHeadOfALogThatWasThereBefore) {
  for (int i = 1; i <= 5; ++i) {
    log->records.push_back(std::make_shared<const store::Record>(
        store::Record{static_cast<store::Position>(i), clock.wall(), event(std::to_string(i))}));
  }
  const Client client = open(options());
  EXPECT_EQ(client.last_id(), cursor(5));
  const Client resumed = open_after(cursor(3));
  EXPECT_EQ(resumed.data(), (Data{"4", "5"}));
  publish("6");
  turn();
  EXPECT_EQ(client.data(), Data{"6"});
  EXPECT_EQ(resumed.data(), (Data{"4", "5", "6"}));
}

TEST_F(Delivery, SendsEventsToTheirUsersChannelsAndEveryone) {
  const Client ann = open(options("ann"));
  StreamOptions reader = options("bob");
  reader.channels = patterns("novel:*,room:7", Names::channels);
  const Client bob = open(std::move(reader));
  publish("all");
  publish("ann", {{"ann"}, {}});
  publish("novel", {{}, {"novel:1"}});
  publish("deeper", {{}, {"novel:1:chapter"}});
  publish("room", {{}, {"room:7"}});
  publish("both", {{"ann", "bob"}, {"room:7", "novel:1"}});
  turn();
  EXPECT_EQ(ann.data(), (Data{"all", "ann", "both"}));
  EXPECT_EQ(bob.data(), (Data{"all", "novel", "room", "both"}));
  EXPECT_EQ(ann.last_id(), cursor(6));
}

TEST_F(Delivery, LeavesOutTypesThatAClientDidNotAskFor) {
  StreamOptions picky = options();
  picky.types = patterns("app.a.*,app.b", Names::types);
  const Client client = open(std::move(picky));
  for (int round = 0; round < 3; ++round) {
    publish("1", {}, "app.a.x");
    publish("2", {}, "app.b");
    publish("3", {}, "app.c");
    publish("4", {}, "app.a");
  }
  turn();
  EXPECT_EQ(client.data(), (Data{"1", "2", "1", "2", "1", "2"}));
}

TEST_F(Delivery, WritesWhatWaitsTogetherInOneWrite) {
  const Client client = open(options());
  const std::size_t before = client.response->writes;
  publish_many(20);
  turn();
  EXPECT_EQ(client.data().size(), 20U);
  EXPECT_EQ(client.response->writes, before + 1);
}

TEST_F(Delivery, SendsEnvelopesWhereAskedTo) {
  StreamOptions wrapped = options();
  wrapped.form = Form::envelope;
  const Client client = open(std::move(wrapped));
  const Client other = open(options());
  publish("line\n\"two\"");
  turn();
  ASSERT_EQ(client.of("message").size(), 1U);
  EXPECT_EQ(client.of("message")[0].data, R"({"type":"app","text":"line\n\"two\""})");
  EXPECT_EQ(other.data(), Data{"line\n\"two\""});
}

TEST_F(Delivery, WritesWithoutChunksWhereTheFramingIsIdentity) {
  Client client;
  client.response->kind = http::Framing::identity;
  client.exchange = std::make_shared<testing::FakeExchange>(*reactors[0], client.response);
  streams->open(client.exchange, {}, options(), place_for(options()));
  publish("plain");
  turn();
  EXPECT_EQ(client.data(), Data{"plain"});
}

TEST_F(Delivery, ResumesWithoutHoleOrRepetition) {
  publish_many(5);
  const Client client = open_after(cursor(2));
  EXPECT_EQ(client.events()[0].id, cursor(2));
  EXPECT_NE(client.events()[0].data.find("\"resumed\":true"), std::string::npos);
  publish("live");
  turn();
  EXPECT_EQ(client.data(), (Data{"2", "3", "4", "live"}));
  EXPECT_TRUE(client.of("gap").empty());
}

TEST_F(Delivery, FinishesTheFrameThatASlowReaderIsInTheMiddleOfAndGoesOn) {
  const Client client = open(options());
  client.response->room = 30;
  publish_many(3);
  turn();
  EXPECT_LT(client.data().size(), 3U);
  for (int i = 0; i < 100; ++i) {
    client.response->give_room(7);
    turn(2);
  }
  client.response->give_room(FakeResponse::unlimited);
  publish("late");
  turn();
  EXPECT_EQ(client.data(), (Data{"0", "1", "2", "late"}));
}

TEST_F(Delivery, TakesUpAgainAtAFrameThatWasNotTouched) {
  const Client client = open(options());
  client.response->room = 0;
  publish("kept");
  turn();
  EXPECT_TRUE(client.data().empty());
  client.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(client.data(), Data{"kept"});
}

TEST_F(Delivery, ASlowReaderHoldsNobodyUp) {
  const Client slow = open(options("slow"));
  const Client quick = open(options("quick"));
  slow.response->room = 10;
  publish_many(100);
  turn();
  EXPECT_EQ(quick.data().size(), 100U);
  slow.response->give_room(FakeResponse::unlimited);
  turn();
  EXPECT_EQ(slow.data().size(), 100U);
}

TEST_F(Delivery, ReadsTheLogForAReaderThatIsFarBehind) {
  const Client client = open(options());
  client.response->room = 10;
  publish_many(3000);
  turn();
  client.response->give_room(FakeResponse::unlimited);
  turn(100);
  ASSERT_EQ(client.data().size(), 3000U);
  EXPECT_EQ(client.data().back(), "2999");
  EXPECT_FALSE(log->queries.empty());
  publish("live");
  turn();
  EXPECT_EQ(client.data().back(), "live");
}

TEST_F(Delivery, AsksTheLogOnlyForWhatTheStreamMayHave) {
  publish_many(2000);
  StreamOptions stream = options("bob");
  stream.types = patterns("app", Names::types);
  stream.channels = patterns("novel:*,room:7", Names::channels);
  stream.start.last_event_id = cursor(0);
  const Client client = open(std::move(stream));
  turn(100);
  ASSERT_FALSE(log->queries.empty());
  const store::ReadQuery& query = log->queries[0];
  EXPECT_EQ(query.users, std::vector<std::string>{"bob"});
  EXPECT_EQ(query.channels, std::vector<std::string>{"room:7"});
  EXPECT_EQ(query.channel_prefixes, std::vector<std::string>{"novel:"});
  EXPECT_TRUE(query.accept_channel("novel:1"));
  EXPECT_FALSE(query.accept_channel("novel:1:2"));
  EXPECT_TRUE(query.accept_type("app"));
  EXPECT_FALSE(query.accept_type("other"));
  EXPECT_EQ(client.data().size(), 2000U);
}

TEST_F(Delivery, APartOfAPageThatWasNotTakenIsSentLater) {
  publish_many(1500);
  StreamOptions stream = options();
  stream.start.last_event_id = cursor(0);
  const Client client = open(std::move(stream), 0, 1000);
  turn(20);
  for (int i = 0; i < 400; ++i) {
    client.response->give_room(1 + static_cast<std::size_t>(i) * 3);
    turn(3);
  }
  client.response->give_room(FakeResponse::unlimited);
  turn(100);
  EXPECT_EQ(client.data().size(), 1500U);
  EXPECT_EQ(client.data().front(), "0");
}

TEST_F(Delivery, StartsAPageAgainWhereNothingOfItWasTaken) {
  publish_many(1500);
  log->hold = true;
  const Client client = open_after(cursor(0));
  client.response->room = 0;
  log->release();
  turn();
  client.response->give_room(FakeResponse::unlimited);
  turn(50);
  EXPECT_EQ(client.data().size(), 1500U);
}

TEST_F(Delivery, APingThatBlocksAReadingStreamLetsItAskAgain) {
  publish_many(1500);
  log->hold = true;
  settings.streams_per_user = 0;
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(open_after(cursor(0)));
  for (const Client& client : clients) client.response->room = 5;
  pass(Seconds{15});
  for (const Client& client : clients) EXPECT_TRUE(client.response->full);
  // Those who wait for a place to read are written to before their turn comes.
  for (const Client& client : clients) client.response->give_room(FakeResponse::unlimited);
  turn();
  log->release();
  turn(200);
  for (const Client& client : clients) {
    EXPECT_EQ(client.data().size(), 1500U);
    EXPECT_EQ(client.of("ping").size(), 1U);
    EXPECT_EQ(client.of("ping")[0].id, cursor(0));
  }
}

TEST_F(Delivery, AsksAgainWhereTheLogIsOverloaded) {
  publish_many(1500);
  log->failure = Error{ErrorCode::overloaded, "busy", {}};
  const Client client = open_after(cursor(0));
  EXPECT_TRUE(client.data().empty());
  pass(Shard::read_pause);
  turn(50);
  EXPECT_EQ(client.data().size(), 1500U);
}

TEST_F(Delivery, SaysByeWhereTheLogCannotBeRead) {
  publish_many(1500);
  log->failure = Error{ErrorCode::store_unavailable, "checksum", {}};
  const Client client = open_after(cursor(0));
  ASSERT_EQ(client.of("bye").size(), 1U);
  EXPECT_EQ(client.of("bye")[0].data, R"({"reason":"store_damaged","reconnect":true,"retry_ms":1000})");
  EXPECT_EQ(client.of("bye")[0].id, cursor(0));
  EXPECT_TRUE(client.response->ended);
}

TEST_F(Delivery, GivesUpWhereThePeerIsGoneBeforeTheAnswer) {
  Client client;
  client.exchange = std::make_shared<testing::FakeExchange>(*reactors[0], client.response);
  client.exchange->peer_gone = true;
  streams->open(client.exchange, {}, options(), place_for(options()));
  turn();
  EXPECT_EQ(streams->open_streams(), 0U);
}

TEST_F(Delivery, AnEventCommittedAsAStreamOpensIsNeitherLostNorRepeated) {
  // The log's head is asked for before the news of it has come.
  log->records.push_back(std::make_shared<const store::Record>(store::Record{1, clock.wall(), event("1")}));
  const Client client = open(options());
  EXPECT_EQ(client.last_id(), cursor(1));
  streams->on_committed({log->records.data(), 1});
  turn();
  EXPECT_TRUE(client.data().empty());
  publish("2");
  turn();
  EXPECT_EQ(client.data(), Data{"2"});
}

TEST_F(Delivery, ClosedStreamsLeaveNothingBehind) {
  std::vector<Client> clients;
  for (int i = 0; i < 60; ++i) {
    StreamOptions stream = options("user" + std::to_string(i % 7));
    stream.channels = patterns(i % 2 == 0 ? "a:*,b:1" : "c:**", Names::channels);
    stream.types = patterns(i % 3 == 0 ? "app" : "app,x.*", Names::types);
    clients.push_back(open(std::move(stream)));
  }
  publish("x", {{}, {"a:1", "b:1", "c:1:2"}});
  for (std::size_t i = 0; i < clients.size(); i += 2) clients[i].close();
  turn();
  for (std::size_t i = 1; i < clients.size(); i += 2) EXPECT_EQ(clients[i].data().size(), 1U);
  for (std::size_t i = 1; i < clients.size(); i += 2) clients[i].close();
  turn();
  EXPECT_EQ(streams->open_streams(), 0U);
  publish("y");
  turn();
}

TEST_F(Delivery, LooksAtManyStreamsInSlices) {
  settings.streams_per_user = 0;
  std::vector<Client> clients;
  const std::size_t many = Shard::visits_a_slice + 100;
  for (std::size_t i = 0; i < many; ++i) {
    Client client;
    client.exchange = std::make_shared<testing::FakeExchange>(*reactors[0], client.response);
    StreamOptions stream = options();
    if (i % 2 == 0) stream.types = patterns("app", Names::types);
    streams->open(client.exchange, {}, stream, place_for(options()));
    clients.push_back(std::move(client));
  }
  turn(static_cast<int>(many / Shard::serves_a_slice) + 5);
  publish("one");
  turn(1);
  // Half way through: some leave, some join.
  for (std::size_t i = 0; i < 50; ++i) clients[i * 20].close();
  const Client joined = open(options());
  turn(static_cast<int>(many / Shard::serves_a_slice) + 5);
  for (std::size_t i = 0; i < many; ++i) {
    if (i % 20 == 0 && i < 1000) continue;
    ASSERT_EQ(clients[i].data(), Data{"one"}) << i;
  }
  EXPECT_TRUE(joined.data().empty());
  EXPECT_EQ(joined.last_id(), cursor(1));
}

}  // namespace
}  // namespace tidings::events
