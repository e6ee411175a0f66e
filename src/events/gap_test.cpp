// Where a stream starts, and every place where it is told that events may be missing (SPEC §1.3).
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::ReadEvent;
using Data = std::vector<std::string>;

constexpr store::EpochId second_epoch = 0xb;
constexpr store::EpochId third_epoch = 0xc;

class Gaps : public testing::Hub {
 protected:
  void publish_numbered(int from, int to) {
    for (int i = from; i <= to; ++i) publish(std::to_string(i));
    turn();
  }
  static std::string gap(std::string_view reason, std::string_view from, std::string_view to) {
    const std::string quoted = from.empty() ? "null" : "\"" + std::string(from) + "\"";
    return R"({"reason":")" + std::string(reason) + R"(","from":)" + quoted + R"(,"to":")" + std::string(to) + "\"}";
  }
  static bool resumed(const Client& client) {
    return client.of("hello").at(0).data.find("\"resumed\":true") != std::string::npos;
  }
  // What the hub itself said, in order.
  static std::vector<ReadEvent> said(const Client& client) {
    std::vector<ReadEvent> events;
    for (const ReadEvent& event : client.events()) {
      if (event.type == "gap") events.push_back(event);
    }
    return events;
  }
  static void expect_one_gap(const Client& client, const std::string& data, const std::string& id) {
    const auto gaps = said(client);
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_EQ(gaps[0].data, data);
    EXPECT_EQ(gaps[0].id, id);
  }
};

TEST_F(Gaps, RetentionGoesOnAtTheOldestKept) {
  publish_numbered(1, 25);
  raise_floor(15);
  const Client client = open_after(cursor(3));
  EXPECT_EQ(client.events()[0].id, cursor(3));
  EXPECT_TRUE(resumed(client));
  expect_one_gap(client, gap("retention", cursor(3), cursor(15)), cursor(15));
  EXPECT_EQ(client.data().front(), "16");
  EXPECT_EQ(client.data().size(), 10U);
}

// A hub that shares its log and was cut off for longer than events are kept.
TEST_F(Gaps, RetentionMayTakeWhatTheHubWasNeverToldOf) {
  publish_numbered(1, 5);
  const Client live = open(options());
  const Client stuck = open(options("bob"), 0, 0);
  publish("6");
  raise_floor(20);
  turn();
  const auto record = std::make_shared<const store::Record>(store::Record{21, clock.wall(), event("21")});
  log->records.push_back(record);
  streams->on_committed({&log->records.back(), 1});
  turn();
  ASSERT_EQ(said(live).size(), 1U);
  EXPECT_EQ(said(live)[0].id, cursor(20));
  EXPECT_EQ(live.data().back(), "21");
  stuck.response->room = testing::FakeResponse::unlimited;
  stuck.response->consumer->on_writable();
  turn();
  expect_one_gap(stuck, gap("retention", cursor(5), cursor(20)), cursor(20));
  EXPECT_EQ(stuck.data(), Data{"21"});
}

TEST_F(Gaps, AtTheFloorNothingIsMissing) {
  publish_numbered(1, 5);
  raise_floor(3);
  const Client client = open_after(cursor(3));
  EXPECT_TRUE(said(client).empty());
  EXPECT_EQ(client.data(), (Data{"4", "5"}));
}

TEST_F(Gaps, AMalformedIdCountsAsNone) {
  publish_numbered(1, 5);
  for (const char* id : {"x", "17", "a-1", "000000000000000A-1", "000000000000000a-01"}) {
    const Client client = open_after(id);
    EXPECT_EQ(client.events()[0].id, cursor(5));
    EXPECT_FALSE(resumed(client));
    expect_one_gap(client, gap("unknown_id", "", cursor(5)), cursor(5));
    EXPECT_TRUE(client.data().empty());
  }
}

TEST_F(Gaps, AnIdAheadOfTheRunningEpochCountsAsNone) {
  publish_numbered(1, 5);
  for (const auto sequence : {std::uint64_t{6}, std::uint64_t{0} - 1}) {
    const Client client = open_after(cursor(sequence));
    expect_one_gap(client, gap("unknown_id", "", cursor(5)), cursor(5));
  }
}

TEST_F(Gaps, AnUnusableIdLeavesSinceInItsPlace) {
  publish_numbered(1, 2);
  clock.advance(Seconds{10});
  publish_numbered(3, 4);
  StreamOptions stream = options();
  stream.start = {"nonsense", clock.wall() - Seconds{5}};
  const Client client = open(std::move(stream));
  EXPECT_TRUE(resumed(client));
  EXPECT_EQ(client.events()[0].id, cursor(2));
  expect_one_gap(client, gap("unknown_id", "", cursor(2)), cursor(2));
  EXPECT_EQ(client.data(), (Data{"3", "4"}));
}

TEST_F(Gaps, SinceCountsOnlyWithoutACursor) {
  publish_numbered(1, 4);
  StreamOptions stream = options();
  stream.start = {cursor(3), clock.wall() - Seconds{100}};
  const Client client = open(std::move(stream));
  EXPECT_EQ(client.data(), Data{"4"});
}

TEST_F(Gaps, SinceStartsAtTheFirstEventFromThenOn) {
  publish_numbered(1, 2);
  clock.advance(Seconds{10});
  publish_numbered(3, 4);
  StreamOptions stream = options();
  stream.start.since = clock.wall() - Seconds{1};
  const Client client = open(std::move(stream));
  EXPECT_EQ(client.events()[0].id, cursor(2));
  EXPECT_TRUE(resumed(client));
  EXPECT_TRUE(said(client).empty());
  EXPECT_EQ(client.data(), (Data{"3", "4"}));
}

TEST_F(Gaps, ASinceOlderThanWhatIsKeptIsAGap) {
  publish_numbered(1, 10);
  raise_floor(6);
  StreamOptions stream = options();
  stream.start.since = clock.wall() - std::chrono::hours(1);
  const Client client = open(std::move(stream));
  EXPECT_EQ(client.events()[0].id, cursor(6));
  expect_one_gap(client, gap("retention", "", cursor(6)), cursor(6));
  EXPECT_EQ(client.data(), (Data{"7", "8", "9", "10"}));
}

TEST_F(Gaps, ASinceYoungerThanAllThatIsGoneMissesNothing) {
  publish_numbered(1, 10);
  raise_floor(10);
  clock.advance(Seconds{60});
  StreamOptions stream = options();
  stream.start.since = clock.wall() - Seconds{30};
  Client client = open(std::move(stream));
  EXPECT_TRUE(said(client).empty());
  publish_numbered(11, 11);
  EXPECT_EQ(client.data(), Data{"11"});
}

TEST_F(Gaps, ASinceOlderThanTheWholeLogMissesNothing) {
  publish_numbered(1, 2);
  StreamOptions stream = options();
  stream.start.since = clock.wall() - std::chrono::hours(1);
  const Client client = open(std::move(stream));
  EXPECT_TRUE(said(client).empty());
  EXPECT_EQ(client.data(), (Data{"1", "2"}));
}

TEST_F(Gaps, ASinceAfterTheLastThatIsKeptOfAnEndedEpochIsAGap) {
  publish_numbered(1, 2);
  clock.advance(Seconds{10});
  // More were acknowledged in these ten seconds, and lost.
  begin_epoch(second_epoch);
  publish_numbered(3, 4);
  StreamOptions stream = options();
  stream.start.since = clock.wall() - Seconds{5};
  const Client client = open(std::move(stream));
  EXPECT_TRUE(resumed(client));
  EXPECT_EQ(client.events()[0].id, cursor(2));
  expect_one_gap(client, gap("epoch", cursor(2), cursor(0, second_epoch)), cursor(0, second_epoch));
  EXPECT_EQ(client.data(), (Data{"3", "4"}));
}

TEST_F(Gaps, ASinceThatCannotBeLookedUpIsAnError) {
  log->failure = Error{ErrorCode::store_unavailable, "gone", {}};
  StartAt start;
  start.since = clock.wall();
  std::optional<ErrorCode> error;
  streams->find_start(*reactors[0], start, [&](const Result<StartAt>& found) { error = found.error().code; });
  turn();
  EXPECT_EQ(error, ErrorCode::store_unavailable);
}

TEST_F(Gaps, EarliestNeverIsAGap) {
  publish_numbered(1, 10);
  raise_floor(6);
  StreamOptions stream = options();
  stream.start.since = StartAt::Earliest{};
  const Client client = open(std::move(stream));
  EXPECT_TRUE(resumed(client));
  EXPECT_EQ(client.events()[0].id, cursor(6));
  EXPECT_TRUE(said(client).empty());
  EXPECT_EQ(client.data().front(), "7");
}

TEST_F(Gaps, AnUnknownEpochGoesOnAtTheOldestKept) {
  publish_numbered(1, 5);
  raise_floor(2);
  const std::string foreign = cursor(77, 0xdead);
  const Client client = open_after(foreign);
  EXPECT_EQ(client.events()[0].id, foreign);
  expect_one_gap(client, gap("epoch", foreign, cursor(2)), cursor(2));
  EXPECT_EQ(client.data(), (Data{"3", "4", "5"}));
}

TEST_F(Gaps, AnOldEpochsRestIsSentBeforeTheGap) {
  publish_numbered(1, 3);
  begin_epoch(second_epoch);
  publish_numbered(4, 5);
  const Client client = open_after(cursor(1));
  const auto events = client.events();
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[1].data, "2");
  EXPECT_EQ(events[2].id, cursor(3));
  EXPECT_EQ(events[3].type, "gap");
  EXPECT_EQ(events[3].data, gap("epoch", cursor(3), cursor(0, second_epoch)));
  EXPECT_EQ(events[3].id, cursor(0, second_epoch));
  EXPECT_EQ(events[4].id, cursor(1, second_epoch));
  EXPECT_EQ(client.data(), (Data{"2", "3", "4", "5"}));
}

TEST_F(Gaps, TheEndOfAnOldEpochAndWhatLiesBeyondPassOnByAGap) {
  publish_numbered(1, 3);
  begin_epoch(second_epoch);
  publish_numbered(4, 4);
  for (const std::uint64_t sequence : {3, 4, 1000}) {
    const Client client = open_after(cursor(sequence));
    EXPECT_EQ(client.events()[0].id, cursor(sequence));
    expect_one_gap(client, gap("epoch", cursor(sequence), cursor(0, second_epoch)), cursor(0, second_epoch));
    EXPECT_EQ(client.data(), Data{"4"});
  }
  const Client next = open_after(cursor(0, second_epoch));
  EXPECT_TRUE(said(next).empty());
  EXPECT_EQ(next.data(), Data{"4"});
}

TEST_F(Gaps, EpochsWithoutEventsArePassedInOneJump) {
  publish_numbered(1, 3);
  begin_epoch(second_epoch);
  begin_epoch(third_epoch);
  publish_numbered(4, 4);
  expect_one_gap(open_after(cursor(2)), gap("epoch", cursor(3), cursor(0, third_epoch)), cursor(0, third_epoch));
  expect_one_gap(open_after(cursor(0, second_epoch)), gap("epoch", cursor(0, second_epoch), cursor(0, third_epoch)),
                 cursor(0, third_epoch));
}

TEST_F(Gaps, RetentionThatPassedAWholeEpochIsOneJump) {
  publish_numbered(1, 3);
  begin_epoch(second_epoch);
  publish_numbered(4, 8);
  raise_floor(5);
  for (const std::uint64_t sequence : {1, 3, 9}) {
    const Client client = open_after(cursor(sequence));
    expect_one_gap(client, gap("retention", cursor(sequence), cursor(2, second_epoch)), cursor(2, second_epoch));
    EXPECT_EQ(client.data(), (Data{"6", "7", "8"}));
  }
}

TEST_F(Gaps, ALiveStreamIsToldOfANewEpoch) {
  publish_numbered(1, 2);
  const Client client = open(options());
  publish_numbered(3, 3);
  begin_epoch(second_epoch);
  publish_numbered(4, 4);
  expect_one_gap(client, gap("epoch", cursor(3), cursor(0, second_epoch)), cursor(0, second_epoch));
  EXPECT_EQ(client.data(), (Data{"3", "4"}));
  EXPECT_EQ(client.last_id(), cursor(1, second_epoch));
}

TEST_F(Gaps, PositionsThatANewEpochPassesOverAreNoHole) {
  publish_numbered(1, 2);
  const Client client = open(options());
  begin_epoch(second_epoch, 3);
  publish_numbered(6, 6);
  expect_one_gap(client, gap("epoch", cursor(5), cursor(0, second_epoch)), cursor(0, second_epoch));
  EXPECT_EQ(client.data(), Data{"6"});
  EXPECT_EQ(client.last_id(), cursor(1, second_epoch));
  const Client behind = open_after(cursor(1));
  EXPECT_EQ(behind.data(), (Data{"2", "6"}));
}

// A hub that shares its log and was cut off for long, with much still to do.
TEST_F(Gaps, AnEpochThatBeginsFarAwayCostsNoEvent) {
  publish_numbered(1, 2);
  const Client live = open(options());
  const Client stuck = open(options("bob"));
  stuck.response->room = 0;
  publish("to all");
  turn();
  // Its dispatch takes some slices.
  store::Recipients many{{"ann", "bob"}, {}};
  for (int i = 0; i < 20'000; ++i) many.users.push_back("u" + std::to_string(i));
  publish("to many", many);
  publish("to ann", {{"ann"}, {}});
  turn(2);
  begin_epoch(second_epoch, 1'000'000);
  publish_numbered(1, 2);
  const std::string end = cursor(1'000'005);
  expect_one_gap(live, gap("epoch", end, cursor(0, second_epoch)), cursor(0, second_epoch));
  EXPECT_EQ(live.data(), (Data{"to all", "to many", "to ann", "1", "2"}));
  stuck.response->give_room(testing::FakeResponse::unlimited);
  turn(50);
  expect_one_gap(stuck, gap("epoch", end, cursor(0, second_epoch)), cursor(0, second_epoch));
  EXPECT_EQ(stuck.data(), (Data{"to all", "to many", "1", "2"}));
  publish_numbered(3, 3);
  EXPECT_EQ(live.data().back(), "3");
  EXPECT_EQ(stuck.data().back(), "3");
}

TEST_F(Gaps, ABlockedStreamIsServedFromTheRingAfterRetentionPassedIt) {
  const Client client = open(options());
  client.response->room = 0;
  publish_numbered(1, 20);
  raise_floor(20);
  turn();
  client.response->give_room(testing::FakeResponse::unlimited);
  turn();
  EXPECT_TRUE(said(client).empty());
  EXPECT_EQ(client.data().size(), 20U);
}

TEST_F(Gaps, ABlockedStreamThatRetentionAndTheRingHavePassedIsTold) {
  const Client client = open(options());
  client.response->room = 0;
  publish("lost");
  for (int i = 0; i < 20'000; ++i) {
    publish("x", {{"nobody"}, {}});
    if (i % 1000 == 0) turn();
  }
  raise_floor(19'990);
  turn();
  client.response->give_room(testing::FakeResponse::unlimited);
  publish("late");
  turn(50);
  expect_one_gap(client, gap("retention", cursor(0), cursor(19'990)), cursor(19'990));
  EXPECT_EQ(client.data(), Data{"late"});
}

TEST_F(Gaps, RetentionThatPassesAReadIsTold) {
  for (int i = 1; i <= 18'000; ++i) {
    publish(std::to_string(i), {{i <= 200 ? "ann" : "bob"}, {}});
    if (i % 1000 == 0) turn();
  }
  log->hold = true;
  const Client client = open_after(cursor(5));
  raise_floor(100);
  log->release();
  turn(100);
  expect_one_gap(client, gap("retention", cursor(5), cursor(100)), cursor(100));
  EXPECT_EQ(client.data().front(), "101");
  EXPECT_EQ(client.data().size(), 100U);
}

TEST_F(Gaps, RetentionThatPassesAReadIsToldEvenBeforeItsNewsHasCome) {
  for (int i = 1; i <= 18'000; ++i) {
    publish(std::to_string(i), {{i <= 200 ? "ann" : "bob"}, {}});
    if (i % 1000 == 0) turn();
  }
  log->floor = 100;
  const Client client = open_after(cursor(5));
  turn(100);
  expect_one_gap(client, gap("retention", cursor(5), cursor(100)), cursor(100));
  EXPECT_EQ(client.data().front(), "101");
  EXPECT_EQ(client.data().size(), 100U);
}

TEST_F(Gaps, AForgottenEpochIsUnknown) {
  publish_numbered(1, 1);
  const Client blocked = open(options());
  blocked.response->room = 0;
  for (store::EpochId id = 0x100; id < 0x100 + store::Epochs::most + 2; ++id) {
    begin_epoch(id);
    publish_numbered(1, 1);
  }
  const Client client = open_after(cursor(1));
  ASSERT_EQ(said(client).size(), 1U + store::Epochs::most - 1);
  EXPECT_NE(said(client)[0].data.find("\"reason\":\"epoch\""), std::string::npos);
  blocked.response->give_room(testing::FakeResponse::unlimited);
  turn(50);
  EXPECT_EQ(blocked.data().size(), store::Epochs::most + 2);
}

}  // namespace
}  // namespace tidings::events
