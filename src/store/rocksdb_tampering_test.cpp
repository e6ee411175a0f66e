// Damage that RocksDB itself can't see: whole files whose contents don't fit together.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <functional>

#include "store/rocksdb_layout.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

using testing::append_at;
using testing::everything_after;
using testing::for_channels;

struct RocksDbTampering : ::testing::Test {
  // More channels than an index is worth, and so many bytes that a clean open doesn't look at all of them.
  static constexpr Position events = 1'500;

  void SetUp() override {
    const auto first = make_rocksdb_store({.folder = folder.path()});
    ASSERT_TRUE(first->open());
    ASSERT_TRUE(first->begin_epoch({.id = 1, .base = 0}));
    for (Position i = 1; i <= events; ++i) {
      const Append append = append_at(i, for_channels({"room:" + std::to_string(i)}, std::string(2'000, 'x')));
      ASSERT_TRUE(first->append({&append, 1}, Durability::process));
    }
    first->close();
  }

  void change(const std::function<void(rocksdb::DB&)>& how) const {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, folder.path().string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    how(*database);
  }
  void remove(const std::string& key) const {
    change([&key](rocksdb::DB& database) { ASSERT_TRUE(database.Delete({}, key).ok()); });
  }
  void replace(const std::string& key, const std::string& value) const {
    change([&](rocksdb::DB& database) { ASSERT_TRUE(database.Put({}, key, value).ok()); });
  }
  std::string refusal() {
    const auto opened = store->open();
    return opened ? "" : opened.error().detail;
  }
  void expect_damage(const ReadQuery& query) {
    ASSERT_EQ(refusal(), "");
    const auto page = store->read(query);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::store_unavailable);
    EXPECT_TRUE(store->damage());
    EXPECT_EQ(lines.count("store_damaged"), 1);
  }

  testing::TemporaryFolder folder;
  testing::LogLines lines;
  std::unique_ptr<RocksDbStore> store = make_rocksdb_store({.folder = folder.path()});
};

TEST_F(RocksDbTampering, AMissingEventIsNoticedByWhomItWasFor) {
  remove(layout::record_key(100));
  ReadQuery query = everything_after(0, events);
  query.channels = {"room:100"};
  expect_damage(query);
}

TEST_F(RocksDbTampering, AMissingEventIsNoticedByWhoeverReadsPastIt) {
  remove(layout::record_key(100));
  ReadQuery query = everything_after(0, events);
  query.channel_prefixes = {"room:"};
  query.accept_channel = [](std::string_view channel) { return channel == "room:200"; };
  expect_damage(query);
}

TEST_F(RocksDbTampering, AMissingEventIsNoticedByWhoeverScansPastIt) {
  remove(layout::record_key(100));
  ASSERT_EQ(refusal(), "");
  EXPECT_TRUE(store->scan(0, 99, 1'000'000));
  EXPECT_TRUE(store->scan(100, events, 1'000'000));
  EXPECT_FALSE(store->damage());
  EXPECT_FALSE(store->scan(90, 110, 1'000'000));
  EXPECT_TRUE(store->damage());
}

TEST_F(RocksDbTampering, AnEventInThePlaceOfAnotherIsNoticed) {
  change([](rocksdb::DB& database) {
    std::string other;
    ASSERT_TRUE(database.Get({}, layout::record_key(101), &other).ok());
    ASSERT_TRUE(database.Put({}, layout::record_key(100), other).ok());
  });
  ReadQuery query = everything_after(0, events);
  query.channels = {"room:100"};
  expect_damage(query);
}

TEST_F(RocksDbTampering, AMissingBeginningIsNoticedAtOnce) {
  remove(layout::record_key(1));
  EXPECT_NE(refusal().find("events 1 to 1 of the log are missing"), std::string::npos);
}

TEST_F(RocksDbTampering, AnEventMissingAmongTheNewestIsNoticedAtOnce) {
  remove(layout::record_key(events - 1));
  EXPECT_NE(refusal().find("are missing"), std::string::npos);
}

TEST_F(RocksDbTampering, DamagedNotesAreNoticedAtOnce) {
  replace(std::string(layout::epochs_key), "x");
  EXPECT_NE(refusal().find("\"epochs\" is damaged"), std::string::npos);
}

TEST_F(RocksDbTampering, MissingNotesAreNoticedAtOnce) {
  remove(std::string(layout::format_key));
  EXPECT_NE(refusal().find("\"format\" is missing"), std::string::npos);
}

TEST_F(RocksDbTampering, AnotherVersionsStoreIsRefused) {
  replace(std::string(layout::format_key), "tidings-log-9");
  EXPECT_NE(refusal().find("another version (tidings-log-9)"), std::string::npos);
}

TEST_F(RocksDbTampering, TheStoreOfAnEarlierVersionIsTakenOver) {
  change([](rocksdb::DB& database) {
    const std::string format(layout::earlier_format);
    ASSERT_TRUE(database.Put({}, std::string(layout::format_key), format).ok());
  });
  ASSERT_EQ(refusal(), "");
  const std::vector<Append> group{append_at(events + 1, for_channels({"room:7"})),
                                  append_at(events + 2, for_channels({"room:7"}))};
  ASSERT_TRUE(store->append(group, Durability::process));
  ReadQuery query = everything_after(0, events + 2);
  query.channels = {"room:7"};
  const auto page = store->read(query);
  ASSERT_TRUE(page);
  EXPECT_EQ(testing::positions_of(page->records), (std::vector<Position>{7, events + 1, events + 2}));
  // And none of before may read it now: it would miss one of these two.
  store->close();
  change([](rocksdb::DB& database) {
    std::string format;
    ASSERT_TRUE(database.Get({}, std::string(layout::format_key), &format).ok());
    EXPECT_EQ(format, layout::format);
  });
}

TEST_F(RocksDbTampering, ADamagedIndexIsNoticedByWhomItIsFor) {
  replace(layout::index_key(layout::Kind::channel, "room:100", 100), std::string(1, '\0'));
  ReadQuery query = everything_after(0, events);
  query.channels = {"room:100"};
  expect_damage(query);
}

TEST_F(RocksDbTampering, ADamagedIndexIsNoticedByWhoeverHasItsPattern) {
  replace(layout::index_key(layout::Kind::channel, "room:100", 100), std::string(1, '\0'));
  ReadQuery query = everything_after(0, events);
  query.channel_prefixes = {"room:100"};
  query.accept_channel = [](std::string_view) { return true; };
  expect_damage(query);
}

TEST_F(RocksDbTampering, ADamagedKeyIsNoticed) {
  replace(layout::idempotency_key("k"), "x");
  ASSERT_EQ(refusal(), "");
  EXPECT_FALSE(store->find_key("k"));
  EXPECT_TRUE(store->damage());
}

}  // namespace
}  // namespace tidings::store
