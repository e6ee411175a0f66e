// Streams over several shards: limits, and what operators ask.
#include <set>
#include <thread>

#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::patterns;
using Data = std::vector<std::string>;

class Operators : public testing::Hub {
 protected:
  Operators() : Hub(3) {}

  Client open_in(std::size_t shard, const std::string& user, std::string_view channels = "") {
    StreamOptions stream = options(user);
    stream.channels = patterns(channels, Names::channels);
    return open(std::move(stream), shard);
  }
  Streams::Listing list(Streams::Query query) {
    Streams::Listing listing;
    streams->list(*reactors[1], std::move(query), [&](Streams::Listing done) { listing = std::move(done); });
    turn();
    return listing;
  }
  Streams::Presence presence(const std::string& after, std::size_t most) {
    Streams::Presence found;
    streams->presence(*reactors[0], "novel:1", after, most, [&](Streams::Presence done) { found = std::move(done); });
    turn();
    return found;
  }
  Result<Streams::Place> reserve(const std::string& user, const net::IpAddress& address = {}) {
    Result<Streams::Place> result = fail(ErrorCode::internal, "unanswered");
    streams->reserve(*reactors[0], user, address, [&](Result<Streams::Place> done) { result = std::move(done); });
    turn();
    return result;
  }
};

TEST_F(Operators, EveryShardReceives) {
  const Client first = open_in(0, "ann");
  const Client second = open_in(1, "ann");
  const Client third = open_in(2, "bob");
  publish("ann's", {{"ann"}, {}});
  publish("all");
  turn();
  EXPECT_EQ(first.data(), (Data{"ann's", "all"}));
  EXPECT_EQ(second.data(), (Data{"ann's", "all"}));
  EXPECT_EQ(third.data(), Data{"all"});
}

TEST_F(Operators, ListsPagesInOrder) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 20; ++i) clients.push_back(open_in(i % 3, "user" + std::to_string(i % 4), "novel:*"));
  publish("x");
  turn();
  std::vector<std::string> seen;
  Streams::Query query;
  query.most = 7;
  for (int page = 0; page < 3; ++page) {
    const Streams::Listing listing = list(query);
    EXPECT_EQ(listing.connections.size(), page < 2 ? 7U : 6U);
    EXPECT_EQ(listing.next.empty(), page == 2);
    for (const ConnectionInfo& info : listing.connections) seen.push_back(info.id.text());
    query.after = listing.next;
  }
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 20U);
}

TEST_F(Operators, ShowsAConnection) {
  clock.advance(Milliseconds{500});
  StreamOptions stream = options("ann");
  stream.channels = patterns("room:7,novel:*,novel:1", Names::channels);
  stream.labels = {{"device", "phone"}, {"empty", ""}, {"tab", "3"}};
  stream.address = net::IpAddress::parse("192.0.2.7").value();
  const Client client = open(std::move(stream), 1);
  const Client other = open_in(2, "bob");
  publish("x");
  publish("bob's", {{"bob"}, {}});
  turn();
  Streams::Query query;
  query.user = "ann";
  const Streams::Listing listing = list(query);
  ASSERT_EQ(listing.connections.size(), 1U);
  const ConnectionInfo& info = listing.connections[0];
  EXPECT_EQ(info.id, client.id());
  EXPECT_EQ(info.user, "ann");
  EXPECT_EQ(info.address, "192.0.2.7");
  EXPECT_EQ(info.opened_at, clock.wall() - Milliseconds{500});
  EXPECT_EQ(info.expires_at, clock.wall() + std::chrono::hours(1));
  EXPECT_EQ(info.cursor, cursor(2));
  EXPECT_EQ(info.behind, 0U);
  EXPECT_EQ(info.events, 1U);
  EXPECT_EQ(info.channels, (std::vector<std::string>{"novel:*", "room:7"}));
  EXPECT_EQ(info.labels, (Labels{{"device", "phone"}, {"empty", ""}, {"tab", "3"}}));
  query.user.clear();
  query.channel = "novel:9";
  EXPECT_EQ(list(query).connections.size(), 1U);
  query.channel = "novel:9:2";
  EXPECT_TRUE(list(query).connections.empty());
}

TEST_F(Operators, ShowsHowFarBehindASlowConnectionIs) {
  const Client client = open_in(0, "ann");
  client.response->room = 0;
  for (int i = 0; i < 5; ++i) publish("x");
  turn();
  EXPECT_EQ(list({}).connections.at(0).behind, 5U);
  EXPECT_EQ(list({}).connections.at(0).cursor, cursor(0));
}

TEST_F(Operators, CountsWhoIsPresent) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 12; ++i) {
    clients.push_back(open_in(i % 3, "user" + std::to_string(i % 5), i % 2 == 0 ? "novel:1,novel:*" : "novel:**"));
  }
  clients.push_back(open_in(0, "other", "room:1"));
  const Streams::Presence all = presence("", 10);
  EXPECT_EQ(all.next, "");
  EXPECT_EQ(all.users, (std::vector<std::pair<std::string, std::size_t>>{
                           {"user0", 3}, {"user1", 3}, {"user2", 2}, {"user3", 2}, {"user4", 2}}));
  const Streams::Presence page = presence("", 2);
  EXPECT_EQ(page.next, "user1");
  EXPECT_EQ(page.users.size(), 2U);
  const Streams::Presence rest = presence(page.next, 3);
  EXPECT_EQ(rest.users.front().first, "user2");
  EXPECT_EQ(rest.next, "");
}

TEST_F(Operators, EndsAUsersStreamsOnAllShards) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 9; ++i) clients.push_back(open_in(i % 3, "ann"));
  const Client other = open_in(0, "bob");
  std::size_t ended = 0;
  streams->disconnect_user(*reactors[2], "ann", std::nullopt, [&](std::size_t count) { ended = count; });
  turn();
  EXPECT_EQ(ended, 9U);
  for (const Client& client : clients) {
    EXPECT_EQ(client.of("bye").at(0).data, R"({"reason":"revoked","reconnect":false,"retry_ms":1000})");
    EXPECT_TRUE(client.response->ended);
  }
  EXPECT_FALSE(other.response->gone());
}

TEST_F(Operators, SparesStreamsOfTokensThatWereIssuedLater) {
  const std::int64_t until = 1'700'000'000;
  const auto open_with = [&](std::optional<std::int64_t> issued_at) {
    StreamOptions stream = options();
    stream.issued_at = issued_at;
    return open(std::move(stream));
  };
  const Client older = open_with(until);
  const Client unknown = open_with(std::nullopt);
  const Client newer = open_with(until + 1);
  const Client renewed = open_with(until);
  const Client set_back = open_with(until + 1);
  const auto extend = [&](const Client& client, std::optional<std::int64_t> issued_at) {
    streams->extend(
        *reactors[0], client.id(), "ann", clock.wall() + Seconds{100}, issued_at, [](const Pattern&) { return true; },
        [](const Result<void>& extended) { EXPECT_TRUE(extended); });
    turn();
  };
  extend(renewed, until + 1);
  extend(set_back, std::nullopt);
  std::size_t ended = 0;
  streams->disconnect_user(*reactors[0], "ann", until, [&](std::size_t count) { ended = count; });
  turn();
  EXPECT_EQ(ended, 3U);
  for (const Client* gone : {&older, &unknown, &set_back}) EXPECT_TRUE(gone->response->ended);
  for (const Client* spared : {&newer, &renewed}) EXPECT_FALSE(spared->response->gone());
  streams->disconnect_user(*reactors[0], "ann", std::nullopt, [&](std::size_t count) { ended = count; });
  turn();
  EXPECT_EQ(ended, 2U);
}

TEST_F(Operators, DrainsAllShards) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 9; ++i) clients.push_back(open_in(i % 2, "ann"));
  int done = 0;
  streams->drain(Milliseconds{0}, [&] { ++done; });
  turn();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(streams->open_streams(), 0U);
}

TEST_F(Operators, HoldsUsersToTheirLimitAndGivesPlacesBack) {
  settings.streams_per_user = 2;
  const Client first = open_in(0, "ann");
  const Client second = open_in(1, "ann");
  const auto refused = reserve("ann");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::stream_limit);
  EXPECT_TRUE(refused.error().retry_after.has_value());
  EXPECT_EQ(streams->check_limits("ann", {}).error().code, ErrorCode::stream_limit);
  EXPECT_TRUE(streams->check_limits("bob", {}));
  first.close();
  {
    const auto place = reserve("ann");
    EXPECT_TRUE(place);
    EXPECT_FALSE(reserve("ann"));
  }
  EXPECT_TRUE(reserve("ann"));
}

TEST_F(Operators, AStuckStreamGivesWayToANewOne) {
  settings.streams_per_user = 2;
  const Client healthy = open_in(0, "ann");
  const Client stuck = open_in(2, "ann");
  stuck.response->room = 0;
  publish("x");
  turn();
  clock.advance(Seconds{14});
  EXPECT_FALSE(reserve("ann"));
  clock.advance(Seconds{1});
  EXPECT_TRUE(reserve("ann"));
  EXPECT_TRUE(stuck.response->aborted);
  EXPECT_FALSE(healthy.response->gone());
}

TEST_F(Operators, OfStuckStreamsTheOneThatIsSilentLongestGivesWay) {
  settings.streams_per_user = 2;
  const Client longer = open_in(1, "ann");
  const Client shorter = open_in(1, "ann");
  longer.response->unacknowledged = Seconds{30};
  shorter.response->unacknowledged = Seconds{20};
  EXPECT_TRUE(reserve("ann"));
  EXPECT_TRUE(longer.response->aborted);
  EXPECT_FALSE(shorter.response->gone());
}

TEST_F(Operators, HoldsAddressesAndAllTogetherToTheirLimits) {
  const auto here = net::IpAddress::parse("192.0.2.1").value();
  const auto there = net::IpAddress::parse("2001:db8::1").value();
  settings.streams_per_address = 1;
  const auto first = reserve("a", here);
  EXPECT_TRUE(first);
  EXPECT_FALSE(reserve("b", here));
  EXPECT_FALSE(streams->check_limits("b", here));
  const auto second = reserve("b", there);
  EXPECT_TRUE(second);
  settings.streams = 2;
  EXPECT_FALSE(reserve("c"));
  EXPECT_FALSE(streams->check_limits("c", {}));
  settings.streams = 3;
  EXPECT_TRUE(reserve("c"));
}

TEST_F(Operators, TheLogDoesNotWaitForAReactorThatHasStopped) {
  for (auto& reactor : reactors) {
    reactor->stop();
    reactor->run();
  }
  for (std::size_t i = 0; i < ShardQueue::capacity + 10; ++i) publish("x");
  SUCCEED();
}

TEST_F(Operators, ConnectionIdsAreReadBack) {
  const ConnectionId id = ConnectionId::make(0xfedcba98, 7, random);
  EXPECT_EQ(id.shard(), 7);
  EXPECT_EQ(id.node(), 0xfedcba98);
  EXPECT_EQ(id.text().size(), 22U);
  EXPECT_EQ(ConnectionId::parse(id.text()), id);
  EXPECT_FALSE(ConnectionId::parse("short"));
  EXPECT_FALSE(ConnectionId::parse(id.text() + "A"));
  EXPECT_FALSE(ConnectionId::parse("!" + id.text().substr(1)));
}

// The log's thread, two reactors' and one that opens streams, all at once: for ThreadSanitizer.
TEST(ShardThreads, DeliverInOrderWhileTheLogRunsAhead) {
  ManualClock clock;
  SystemRandom random;
  StreamSettings settings;
  settings.streams_per_user = 0;
  observe::Metrics metrics;
  std::vector<std::unique_ptr<net::Reactor>> reactors;
  std::vector<net::Reactor*> pointers;
  for (int i = 0; i < 2; ++i) {
    reactors.push_back(std::make_unique<net::Reactor>(clock));
    pointers.push_back(reactors.back().get());
  }
  Streams streams(pointers, clock, random, settings, metrics);
  auto log = std::make_unique<testing::FakeLog>();
  testing::FakeLog& records = *log;
  log->epochs.begin({1, 0});
  streams.attach(std::move(log));
  streams.on_epoch({1, 0});
  constexpr int most = 10'000;
  std::atomic<int> opened{0};
  std::vector<Client> clients(8);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].exchange = std::make_shared<testing::FakeExchange>(*reactors[i % 2], clients[i].response);
    reactors[i % 2]->post([&, i] {
      streams.reserve(*reactors[i % 2], "ann", {}, [&, i](Result<Streams::Place> place) {
        StreamOptions options;
        options.user = "ann";
        if (i >= 4) options.form = Form::envelope;
        options.expires_at = clock.wall() + std::chrono::hours(1);
        streams.open(clients[i].exchange, {}, options, *std::move(place));
        ++opened;
      });
    });
  }
  std::vector<std::thread> threads;
  for (auto& reactor : reactors) threads.emplace_back([&reactor] { reactor->run(); });
  while (opened < static_cast<int>(clients.size())) std::this_thread::yield();
  for (int i = 1; i <= most; ++i) {
    const store::RecordPtr record = std::make_shared<const store::Record>(
        store::Record{static_cast<store::Position>(i), clock.wall(), {"app", std::to_string(i), false, {}, {}}});
    {
      const std::lock_guard lock(records.mutex);
      records.records.push_back(record);
    }
    streams.on_committed({&record, 1});
  }
  auto& delivered = metrics.counter("tidings_events_delivered_total", "Application events written to streams");
  while (delivered.value() < clients.size() * most) std::this_thread::yield();
  for (auto& reactor : reactors) reactor->stop();
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < 4; ++i) {
    const Data data = clients[i].data();
    ASSERT_EQ(data.size(), static_cast<std::size_t>(most));
    for (int n = 1; n <= most; ++n) ASSERT_EQ(data[static_cast<std::size_t>(n) - 1], std::to_string(n));
  }
}

}  // namespace
}  // namespace tidings::events
