// What every `EventStore` must do, asked of each of them.
#include <gtest/gtest.h>

#include "store/memory_store.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

using testing::append_at;
using testing::at_second;
using testing::everything_after;
using testing::for_channels;
using testing::for_everyone;
using testing::for_users;
using testing::keyed;
using testing::positions_of;
using Positions = std::vector<Position>;

enum class Which { memory, rocksdb };

struct StoreContract : ::testing::TestWithParam<Which> {
  StoreContract() {
    if (GetParam() == Which::memory) {
      store = make_memory_store();
    } else {
      store = make_rocksdb_store({.folder = folder.path()});
    }
    EXPECT_TRUE(store->open());
    EXPECT_TRUE(store->begin_epoch({.id = 1, .base = 0}));
  }

  void add(Event event, WallTime time = at_second(1)) {
    const Append append = append_at(++last, std::move(event), time);
    ASSERT_TRUE(store->append({&append, 1}, Durability::process));
  }
  Positions read(const ReadQuery& query) {
    auto page = store->read(query);
    EXPECT_TRUE(page);
    read_to = page->read_to;
    began_at = page->began_at;
    return positions_of(page->records);
  }

  testing::TemporaryFolder folder;
  std::unique_ptr<EventStore> store;
  Position last = 0;
  Position read_to = 0;
  Position began_at = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, ::testing::Values(Which::memory, Which::rocksdb),
                         [](const auto& which) { return which.param == Which::memory ? "Memory" : "RocksDb"; });

TEST_P(StoreContract, GoesOnBehindWhatItSkips) {
  add(for_everyone("1"));
  add(for_users({"u1"}));
  ASSERT_TRUE(store->skip_to(10));
  EXPECT_EQ(store->extent().floor, 10u);
  EXPECT_EQ(store->extent().head, 10u);
  EXPECT_EQ(store->extent().bytes, 0u);
  EXPECT_EQ(read(everything_after(0, 100)), Positions{});
  EXPECT_EQ(began_at, 10u);
  last = 10;
  add(for_everyone("2"));
  EXPECT_EQ(read(everything_after(0, 100)), Positions{11});
  EXPECT_EQ(store->last_before(at_second(0)).value(), 10u);
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 11}));
  ASSERT_TRUE(store->skip_to(20));
  last = 20;
  add(for_everyone("3"));
  EXPECT_EQ(read(everything_after(11, 100)), Positions{21});
}

TEST_P(StoreContract, SkipsNothingThatIsAhead) {
  add(for_everyone("1"));
  add(for_everyone("2"));
  ASSERT_TRUE(store->skip_to(1));
  EXPECT_EQ(store->extent().head, 2u);
  EXPECT_EQ(store->extent().floor, 2u);
}

TEST_P(StoreContract, ReadsOnlyWhatIsForTheReader) {
  add(for_everyone("1"));
  add(for_users({"u1"}));
  add(for_users({"u2"}));
  add(for_users({"u"}));
  add(for_channels({"novel:1"}));
  add(for_channels({"novel:2"}));
  add(for_users({"u1", "u2"}));
  ReadQuery query = everything_after(0, 7);
  EXPECT_EQ(read(query), (Positions{1}));
  EXPECT_EQ(read_to, 7u);
  query.users = {"u1"};
  EXPECT_EQ(read(query), (Positions{1, 2, 7}));
  query.everyone = false;
  query.channels = {"novel:2"};
  EXPECT_EQ(read(query), (Positions{2, 6, 7}));
  query.users = {"nobody"};
  query.channels = {"novel"};
  EXPECT_EQ(read(query), Positions{});
  EXPECT_EQ(read_to, 7u);
}

TEST_P(StoreContract, ReadsFromAnywhereInWhatWasAppendedTogether) {
  constexpr Position events = 1'000;
  std::vector<Append> group;
  for (Position i = 1; i <= events; ++i) {
    group.push_back(append_at(i, i % 3 == 0 ? for_users({"u1", "u2"}) : for_everyone("1")));
  }
  ASSERT_TRUE(store->append(group, Durability::process));
  const auto expected = [](const ReadQuery& query, Position floor) {
    Positions positions;
    for (Position i = std::max(query.after, floor) + 1; i <= query.until; ++i) {
      const bool wanted = i % 3 == 0 ? !query.users.empty() : query.everyone;
      if (wanted) positions.push_back(i);
    }
    return positions;
  };
  for (const Position floor : {Position{0}, Position{500}}) {
    if (floor > 0) {
      ASSERT_TRUE(store->raise_floor(floor));
    }
    for (const Position after : {0, 1, 254, 255, 256, 500, 501, 766, 999}) {
      ReadQuery query = everything_after(after, after + 234 < events ? after + 234 : events);
      for (const bool everyone : {true, false}) {
        for (const bool user : {true, false}) {
          query.everyone = everyone;
          query.users = user ? std::vector<std::string>{"u1"} : std::vector<std::string>{};
          query.most_records = 1'000;
          EXPECT_EQ(read(query), expected(query, floor)) << after;
          // In pages, which end in the middle of what an entry of an index may hold.
          ReadQuery rest = query;
          rest.most_records = 7;
          Positions found;
          while (rest.after < rest.until) {
            const Positions page = read(rest);
            found.insert(found.end(), page.begin(), page.end());
            ASSERT_TRUE(read_to > rest.after || read_to == std::max(rest.after, floor));
            rest.after = std::max(read_to, rest.after + 1);
          }
          EXPECT_EQ(found, expected(query, floor)) << after;
        }
      }
    }
  }
}

TEST_P(StoreContract, GivesARecordOnceHoweverManyWaysLeadToIt) {
  Event event = for_users({"u1", "u2"});
  event.recipients.channels = {"a:1", "a:2"};
  add(event);
  ReadQuery query = everything_after(0, 1);
  query.users = {"u1", "u2"};
  query.channels = {"a:1"};
  query.channel_prefixes = {"a:"};
  EXPECT_EQ(read(query), (Positions{1}));
}

TEST_P(StoreContract, ReadsChannelsByPattern) {
  add(for_channels({"a:1"}));
  add(for_channels({"ab:1"}));
  add(for_channels({"a:1:x"}));
  add(for_channels({"a:2"}));
  add(for_channels({"b:1"}));
  add(for_channels({"a:1"}));
  ReadQuery query = everything_after(0, 6);
  query.channel_prefixes = {"a:"};
  EXPECT_EQ(read(query), (Positions{1, 3, 4, 6}));
  query.accept_channel = [](std::string_view channel) { return channel.size() == 3; };
  EXPECT_EQ(read(query), (Positions{1, 4, 6}));
  query.channel_prefixes = {"b", "ab"};
  query.accept_channel = nullptr;
  EXPECT_EQ(read(query), (Positions{2, 5}));
}

TEST_P(StoreContract, ReadsOnWherePatternsMatchMoreChannelsThanAnIndexIsWorth) {
  constexpr Position channels = 1'500;
  for (Position i = 1; i <= channels; ++i) add(for_channels({"room:" + std::to_string(i)}));
  add(for_channels({"other"}));
  add(for_users({"u1"}));
  add(for_users({"u2"}));
  ReadQuery query = everything_after(channels - 3, channels + 3);
  query.channel_prefixes = {"room:"};
  query.users = {"u1"};
  EXPECT_EQ(read(query), (Positions{channels - 2, channels - 1, channels, channels + 2}));
  EXPECT_EQ(read_to, channels + 3);
  query.most_records = 1;
  EXPECT_EQ(read(query), (Positions{channels - 2}));
  EXPECT_EQ(read_to, channels - 2);
}

TEST_P(StoreContract, EndsAPageThatLookedAtManyRecordsInVain) {
  constexpr Position channels = 1'200;
  constexpr Position records = 5'000;
  std::vector<Append> group;
  for (Position i = 1; i <= records; ++i) {
    const std::string name = i <= channels ? "room:" + std::to_string(i) : "other";
    group.push_back(append_at(i, for_channels({name})));
  }
  ASSERT_TRUE(store->append(group, Durability::process));
  ReadQuery query = everything_after(0, records);
  query.channel_prefixes = {"room:"};
  query.accept_channel = [](std::string_view channel) { return channel == "room:1200"; };
  EXPECT_EQ(read(query), (Positions{1'200}));
  EXPECT_EQ(read_to, 4'096u);
  query.after = read_to;
  EXPECT_EQ(read(query), Positions{});
  EXPECT_EQ(read_to, records);
}

TEST_P(StoreContract, ReadsPagesThatFitTogether) {
  for (int i = 0; i < 20; ++i) add(i % 2 == 0 ? for_everyone("12345") : for_users({"u1"}, "12345"));
  ReadQuery query = everything_after(0, 20);
  query.users = {"u1"};
  query.most_records = 7;
  Positions all;
  for (query.after = 0; query.after < 20; query.after = read_to) {
    const Positions page = read(query);
    EXPECT_LE(page.size(), 7u);
    all.insert(all.end(), page.begin(), page.end());
  }
  Positions expected;
  for (Position i = 1; i <= 20; ++i) expected.push_back(i);
  EXPECT_EQ(all, expected);
}

TEST_P(StoreContract, EndsAPageBeforeItsBytesAreTooManyButAlwaysGivesOne) {
  for (int i = 0; i < 4; ++i) add(for_everyone(std::string(10, 'x')));
  ReadQuery query = everything_after(0, 4);
  query.most_bytes = 25;
  EXPECT_EQ(read(query), (Positions{1, 2}));
  EXPECT_EQ(read_to, 2u);
  query.most_bytes = 1;
  EXPECT_EQ(read(query), (Positions{1}));
}

TEST_P(StoreContract, PassesOverOtherTypes) {
  for (int i = 0; i < 6; ++i) {
    Event event = for_everyone("1");
    event.type = i % 3 == 0 ? "a" : "b";
    add(event);
  }
  ReadQuery query = everything_after(0, 6);
  query.accept_type = [](std::string_view type) { return type == "a"; };
  EXPECT_EQ(read(query), (Positions{1, 4}));
  EXPECT_EQ(read_to, 6u);
  query.most_records = 3;
  query.after = 4;
  EXPECT_EQ(read(query), Positions{});
  EXPECT_EQ(read_to, 6u);
}

TEST_P(StoreContract, ReadsNothingBeyondUntilOrTheHead) {
  for (int i = 0; i < 5; ++i) add(for_everyone("1"));
  EXPECT_EQ(read(everything_after(1, 3)), (Positions{2, 3}));
  EXPECT_EQ(read_to, 3u);
  EXPECT_EQ(read(everything_after(3, 100)), (Positions{4, 5}));
  EXPECT_EQ(read_to, 5u);
  EXPECT_EQ(read(everything_after(5, 5)), Positions{});
}

TEST_P(StoreContract, HidesWhatTheFloorHasPassed) {
  for (int i = 0; i < 10; ++i) add(for_users({"u" + std::to_string(i % 2)}));
  ASSERT_TRUE(store->raise_floor(6));
  ReadQuery query = everything_after(2, 10);
  query.users = {"u0"};
  EXPECT_EQ(read(query), (Positions{7, 9}));
  EXPECT_EQ(began_at, 6u);
  EXPECT_EQ(store->extent().floor, 6u);
  EXPECT_EQ(store->extent().head, 10u);
  EXPECT_EQ(store->extent().bytes, 4 * (64u + 12 + 1 + 2 + 32));
  ASSERT_TRUE(store->raise_floor(3));
  EXPECT_EQ(store->extent().floor, 6u);
  ASSERT_TRUE(store->raise_floor(1'000));
  EXPECT_EQ(store->extent().floor, 10u);
  EXPECT_EQ(store->extent().bytes, 0u);
  add(for_users({"u0"}));
  EXPECT_EQ(read(everything_after(0, 11)), Positions{});
  query.until = 11;
  EXPECT_EQ(read(query), (Positions{11}));
}

TEST_P(StoreContract, FindsTheLastRecordBeforeATime) {
  EXPECT_EQ(*store->last_before(at_second(5)), 0u);
  for (const int second : {10, 20, 20, 30, 50}) add(for_everyone("1"), at_second(second));
  EXPECT_EQ(*store->last_before(at_second(10)), 0u);
  EXPECT_EQ(*store->last_before(at_second(11)), 1u);
  EXPECT_EQ(*store->last_before(at_second(20)), 1u);
  EXPECT_EQ(*store->last_before(at_second(21)), 3u);
  EXPECT_EQ(*store->last_before(at_second(60)), 5u);
  ASSERT_TRUE(store->raise_floor(2));
  EXPECT_EQ(*store->last_before(at_second(11)), 2u);
}

TEST_P(StoreContract, FindsTheFloorThatLeavesSoManyBytes) {
  EXPECT_EQ(*store->floor_for_bytes(0), 0u);
  for (int i = 0; i < 5; ++i) add(for_everyone(std::string(24, 'x')));  // 100 each
  EXPECT_EQ(store->extent().bytes, 500u);
  EXPECT_EQ(*store->floor_for_bytes(500), 0u);
  EXPECT_EQ(*store->floor_for_bytes(499), 1u);
  EXPECT_EQ(*store->floor_for_bytes(300), 2u);
  EXPECT_EQ(*store->floor_for_bytes(99), 5u);
  EXPECT_EQ(*store->floor_for_bytes(0), 5u);
  ASSERT_TRUE(store->raise_floor(3));
  EXPECT_EQ(*store->floor_for_bytes(300), 3u);
  EXPECT_EQ(*store->floor_for_bytes(150), 4u);
}

TEST_P(StoreContract, KnowsAKeyForAsLongAsItsEventIsKept) {
  add(for_everyone("1"));
  add(keyed("k", "2"));
  EXPECT_FALSE(*store->find_key("other"));
  auto found = store->find_key("k");
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->position, 2u);
  EXPECT_EQ((*found)->fingerprint, fingerprint(keyed("k", "2")));
  ASSERT_TRUE(store->raise_floor(2));
  EXPECT_FALSE(*store->find_key("k"));
  add(keyed("k", "3"));
  EXPECT_EQ((*store->find_key("k"))->position, 3u);
  ASSERT_TRUE(store->raise_floor(2));
  EXPECT_TRUE(*store->find_key("k"));
}

TEST_P(StoreContract, ScansPastWhatAnEpochSkipped) {
  add(for_everyone("1"));
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 12}));
  last = 12;
  add(for_everyone("1"));
  EXPECT_EQ(positions_of(*store->scan(0, 13, 1'000)), (Positions{1, 13}));
  EXPECT_EQ(positions_of(*store->scan(1, 12, 1'000)), Positions{});
}

TEST_P(StoreContract, ScansRecordsWhoeverTheyAreFor) {
  add(for_everyone("12345"));
  add(for_users({"u1"}, "12345"));
  add(for_channels({"a"}, "12345"));
  EXPECT_EQ(positions_of(*store->scan(0, 3, 1'000)), (Positions{1, 2, 3}));
  EXPECT_EQ(positions_of(*store->scan(1, 2, 1'000)), (Positions{2}));
  EXPECT_EQ(positions_of(*store->scan(0, 3, 10)), (Positions{1, 2}));
  EXPECT_EQ(positions_of(*store->scan(0, 3, 1)), (Positions{1}));
  EXPECT_EQ(positions_of(*store->scan(3, 3, 1'000)), Positions{});
}

TEST_P(StoreContract, KeepsFactsByName) {
  ASSERT_TRUE(store->put_fact("revoked/u1", "1"));
  ASSERT_TRUE(store->put_fact("revoked/u2", "2"));
  ASSERT_TRUE(store->put_fact("other", "3"));
  ASSERT_TRUE(store->put_fact("revoked/u1", "4"));
  using Facts = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(*store->facts("revoked/"), (Facts{{"revoked/u1", "4"}, {"revoked/u2", "2"}}));
  EXPECT_EQ(store->facts("")->size(), 3u);
  EXPECT_EQ(*store->facts("z"), Facts{});
}

TEST_P(StoreContract, RemembersWhatItHeldWhenItIsOpenedAgain) {
  for (int i = 0; i < 5; ++i) add(for_users({"u1"}), at_second(i + 1));
  ASSERT_TRUE(store->raise_floor(2));
  store->close();
  const auto recovered = store->open();
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->floor, 2u);
  EXPECT_EQ(recovered->head, 5u);
  EXPECT_EQ(recovered->last_time, at_second(5));
  EXPECT_EQ(recovered->epochs.running().id, 1u);
  EXPECT_FALSE(recovered->tail_may_be_lost);
  ReadQuery query = everything_after(0, 5);
  query.users = {"u1"};
  EXPECT_EQ(read(query), (Positions{3, 4, 5}));
}

TEST_P(StoreContract, GoesOnAfterPositionsThatAnEpochSkipped) {
  add(for_everyone("1"), at_second(1));
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 10}));
  EXPECT_EQ(store->extent().head, 10u);
  last = 10;
  add(for_everyone("1"), at_second(2));
  EXPECT_EQ(read(everything_after(0, 11)), (Positions{1, 11}));
  EXPECT_GE(*store->last_before(at_second(2)), 1u);
  EXPECT_LT(*store->last_before(at_second(2)), 11u);
  ASSERT_TRUE(store->raise_floor(5));
  EXPECT_EQ(read(everything_after(0, 11)), (Positions{11}));
  EXPECT_FALSE(store->damage());
}

}  // namespace
}  // namespace tidings::store
