#include "store/rocksdb_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "store/bytes.hpp"
#include "store/rocksdb_layout.hpp"
#include "store/testing/events.hpp"

namespace tidings::store::index {
namespace {

using testing::append_at;
using testing::for_channels;
using testing::for_everyone;
using testing::for_users;
using Positions = std::vector<Position>;

// What a batch puts, decoded: each list's positions, and in how many entries.
struct Lists final : rocksdb::WriteBatch::Handler {
  using Name = std::pair<char, std::string>;

  explicit Lists(const std::vector<Append>& group) {
    rocksdb::WriteBatch batch;
    add(batch, group);
    EXPECT_TRUE(batch.Iterate(this).ok());
  }
  rocksdb::Status PutCF(std::uint32_t /*family*/, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    const Name name{key[1], std::string(layout::name_of({key.data(), key.size()}))};
    const auto decoded = decode_positions(layout::position_of({key.data(), key.size()}), value.ToStringView());
    EXPECT_TRUE(decoded);
    lists[name].insert(lists[name].end(), decoded->begin(), decoded->end());
    ++entries;
    return rocksdb::Status::OK();
  }

  std::map<Name, Positions> lists;
  std::size_t entries = 0;
};

TEST(RocksDbIndex, GathersWhatAGroupHoldsForEachRecipient) {
  const Lists found({append_at(5, for_everyone("1")), append_at(6, for_users({"ann", "bob"}, "1")),
                     append_at(7, for_everyone("1")), append_at(9, for_users({"ann"}, "1")),
                     append_at(10, for_channels({"ann"}, "1"))});
  const std::map<Lists::Name, Positions> expected{
      {{'e', ""}, {5, 7}}, {{'u', "ann"}, {6, 9}}, {{'u', "bob"}, {6}}, {{'c', "ann"}, {10}}};
  EXPECT_EQ(found.lists, expected);
  EXPECT_EQ(found.entries, expected.size());
}

TEST(RocksDbIndex, HoldsAnEventOnceForANameThatStandsTwice) {
  const Lists found({append_at(1, for_users({"ann", "bob", "ann"})), append_at(2, for_users({"ann"}))});
  EXPECT_EQ(found.lists.at({'u', "ann"}), (Positions{1, 2}));
  EXPECT_EQ(found.lists.at({'u', "bob"}), (Positions{1}));
}

TEST(RocksDbIndex, BeginsAnotherEntryWhereOneIsFull) {
  std::vector<Append> group;
  Positions positions;
  for (Position i = 1; i <= 2 * most_positions_an_entry + 1; ++i) {
    positions.push_back(i * 1000);
    group.push_back(append_at(i * 1000, for_everyone("1")));
  }
  const Lists found(group);
  EXPECT_EQ(found.lists.at({'e', ""}), positions);
  EXPECT_EQ(found.entries, 3U);
}

TEST(RocksDbIndex, ReadsTheEntriesOfEarlierVersions) {
  EXPECT_EQ(encode_earlier(Positions{7}), "");
  EXPECT_EQ(decode_positions(7, ""), (Positions{7}));
}

TEST(RocksDbIndex, TakesBackWhatItGave) {
  const Positions positions{1, 2, 300, 1'000'000'000'000, 1'000'000'000'001};
  EXPECT_EQ(decode_positions(positions.back(), encode_earlier(positions)), positions);
}

TEST(RocksDbIndex, RefusesWhatItNeverGave) {
  EXPECT_FALSE(decode_positions(7, std::string(1, '\0')));  // the same position twice
  EXPECT_FALSE(decode_positions(7, "\x07"));                // position 0
  EXPECT_FALSE(decode_positions(7, "\x01\x06"));
  EXPECT_FALSE(decode_positions(7, "\x80"));  // cut off
  EXPECT_TRUE(decode_positions(1'000, std::string(most_positions_an_entry - 1, '\1')));
  EXPECT_FALSE(decode_positions(1'000, std::string(most_positions_an_entry, '\1')));
}

}  // namespace
}  // namespace tidings::store::index
