// What the store on disk promises beyond the contract: what it finds after each way to end, and whom it lets in.
#include "store/rocksdb_store.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "store/head_mark.hpp"
#include "store/rocksdb_layout.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

using testing::append_at;
using testing::everything_after;
using testing::for_everyone;
using testing::keyed;
using testing::positions_of;
using Positions = std::vector<Position>;

struct RocksDbStoreTest : ::testing::Test {
  std::unique_ptr<RocksDbStore> make(std::string boot_id = "boot-1") {
    return make_rocksdb_store({.folder = folder.path(), .verification_pause = 0, .boot_id = std::move(boot_id)});
  }
  void open() {
    store = make();
    const auto opened = store->open();
    ASSERT_TRUE(opened) << opened.error().detail;
    if (opened->epochs.empty()) {
      ASSERT_TRUE(store->begin_epoch({.id = 1, .base = 0}));
    }
    last = opened->head;
  }
  void add(Durability durability, std::string payload = "1") {
    const Append append = append_at(last + 1, for_everyone(std::move(payload)));
    ASSERT_TRUE(store->append({&append, 1}, durability));
    ++last;
  }
  // Ends the store as the end of the process would, and opens what it left on the machine that `boot_id` names.
  Result<Recovered> reopen_after_crash(const std::string& boot_id = "boot-1") {
    store.reset();
    store = make(boot_id);
    return store->open();
  }

  testing::TemporaryFolder folder;
  testing::LogLines lines;
  std::unique_ptr<RocksDbStore> store;
  Position last = 0;
};

TEST_F(RocksDbStoreTest, FailsInAllThatIsAskedBeforeItIsOpen) {
  store = make();
  const Append append = append_at(1, for_everyone("1"));
  EXPECT_FALSE(store->append({&append, 1}, Durability::fsync));
  EXPECT_FALSE(store->begin_epoch({.id = 1, .base = 0}));
  EXPECT_FALSE(store->raise_floor(1));
  EXPECT_FALSE(store->last_before({}));
  EXPECT_FALSE(store->find_key("k"));
  EXPECT_FALSE(store->read({}));
  EXPECT_FALSE(store->scan(0, 1, 1));
  EXPECT_FALSE(store->facts(""));
  EXPECT_EQ(store->put_fact("a", "b").error().code, ErrorCode::store_unavailable);
  store->close();
}

TEST_F(RocksDbStoreTest, LetsNoSecondHubIn) {
  open();
  auto second = make();
  const auto refused = second->open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("another hub"), std::string::npos) << refused.error().detail;
  EXPECT_NE(refused.error().detail.find(folder.path().string()), std::string::npos);
  add(Durability::fsync);
  store->close();
  EXPECT_TRUE(second->open());
}

TEST_F(RocksDbStoreTest, SaysWhichFolderItCantUse) {
  std::ofstream(folder.path() / "file") << "x";
  store = make_rocksdb_store({.folder = folder.path() / "file" / "log"});
  const auto refused = store->open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find((folder.path() / "file" / "log").string()), std::string::npos);
}

TEST_F(RocksDbStoreTest, KeepsItsEpochAfterACleanEndAtAnyDurability) {
  for (const Durability durability : {Durability::fsync, Durability::process, Durability::memory}) {
    open();
    add(durability);
    store->close();
    const auto recovered = reopen_after_crash("boot-2");
    ASSERT_TRUE(recovered);
    EXPECT_EQ(recovered->head, last);
    EXPECT_FALSE(recovered->tail_may_be_lost);
    store->close();
  }
}

TEST_F(RocksDbStoreTest, KeepsItsEpochAfterAnUncleanEndAtFsync) {
  open();
  add(Durability::fsync);
  const auto recovered = reopen_after_crash("boot-2");
  EXPECT_EQ(recovered->head, 1u);
  EXPECT_FALSE(recovered->tail_may_be_lost);
}

TEST_F(RocksDbStoreTest, KeepsItsEpochAfterAnUncleanEndAtProcessOnlyWhereTheMachineRanOn) {
  open();
  add(Durability::process);
  EXPECT_FALSE(reopen_after_crash("boot-1")->tail_may_be_lost);
  last = 1;
  add(Durability::process);
  const auto recovered = reopen_after_crash("boot-2");
  EXPECT_EQ(recovered->head, 2u);
  EXPECT_TRUE(recovered->tail_may_be_lost);
  EXPECT_EQ(lines.count("store_tail_lost"), 1);
}

TEST_F(RocksDbStoreTest, TakesNoHoleForRecordsThatGrewOld) {
  open();
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 5}));  // as after a tail of five was lost
  constexpr WallTime far_off{Milliseconds{1'000'000'000'000}};
  EXPECT_EQ(store->last_before(far_off), 0u);
  EXPECT_EQ(store->floor_for_bytes(0), 0u);
  last = 5;
  add(Durability::fsync);
  EXPECT_EQ(store->last_before(far_off), 6u);
  EXPECT_EQ(store->last_before(WallTime{}), 0u);
}

TEST_F(RocksDbStoreTest, DoubtsItsTailUntilANewEpochHasBegun) {
  open();
  add(Durability::process);
  EXPECT_TRUE(reopen_after_crash("boot-2")->tail_may_be_lost);
  EXPECT_TRUE(reopen_after_crash("boot-2")->tail_may_be_lost);
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 1}));
  const auto recovered = reopen_after_crash("boot-2");
  EXPECT_FALSE(recovered->tail_may_be_lost);
  EXPECT_EQ(recovered->epochs.running().id, 2u);
}

TEST_F(RocksDbStoreTest, DoubtsItsTailAfterAnUncleanEndAtMemory) {
  open();
  add(Durability::memory);
  const auto recovered = reopen_after_crash();
  EXPECT_TRUE(recovered->tail_may_be_lost);
  EXPECT_EQ(recovered->head, 1u);
}

TEST_F(RocksDbStoreTest, NeverGivesAPositionTwiceAlsoWhereItsRecordIsGone) {
  open();
  add(Durability::fsync);
  add(Durability::fsync);
  HeadMark mark;
  ASSERT_TRUE(mark.open(folder.path()));
  ASSERT_TRUE(mark.write({.head = 9}));
  const auto recovered = reopen_after_crash();
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->head, 9u);
  EXPECT_TRUE(recovered->tail_may_be_lost);
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 9}));
  last = 9;
  add(Durability::fsync);
  const auto again = reopen_after_crash();
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->head, 10u);
  EXPECT_FALSE(again->tail_may_be_lost);
  EXPECT_EQ(positions_of(store->read(everything_after(0, 10))->records), (Positions{1, 2, 10}));
}

TEST_F(RocksDbStoreTest, DoubtsItsTailWithoutTheMark) {
  open();
  add(Durability::fsync);
  store.reset();
  std::filesystem::remove(folder.path() / HeadMark::file_name);
  const auto recovered = reopen_after_crash();
  EXPECT_TRUE(recovered->tail_may_be_lost);
  EXPECT_EQ(recovered->head, 1u);
}

TEST_F(RocksDbStoreTest, DoubtsItsTailWhereItWasClosedFurtherOn) {
  open();
  add(Durability::fsync);
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 5}));
  store->close();
  EXPECT_EQ(reopen_after_crash()->head, 5u);
  EXPECT_EQ(lines.count("store_tail_lost"), 0);
}

TEST_F(RocksDbStoreTest, KeepsTheIndexOfWhatIsLeftOfAGroup) {
  open();
  std::vector<Append> group;
  for (Position i = 1; i <= 1'000; ++i) group.push_back(append_at(i, for_everyone(std::string(6'000, 'x'))));
  ASSERT_TRUE(store->append(group, Durability::process));
  last = group.size();
  // In the middle of an entry of the index, all of whose files are written anew then.
  constexpr Position floor = 700;
  ASSERT_TRUE(store->raise_floor(floor));
  store->wait_until_idle();
  store->close();
  ASSERT_TRUE(store->open());
  ReadQuery query = everything_after(0, last);
  query.most_records = 1'000;
  query.most_bytes = 100'000'000;
  const auto page = store->read(query);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->records.size(), last - floor);
  EXPECT_EQ(page->records.front().position(), floor + 1);
}

TEST_F(RocksDbStoreTest, GivesBackTheSpaceOfWhatIsGone) {
  open();
  constexpr int events = 900;
  for (int i = 0; i < events; ++i) {
    std::string payload(6'000, 'x');
    for (std::size_t at = 0; at < payload.size(); ++at) payload[at] = static_cast<char>('a' + (at * 31 + i * 7) % 23);
    const Append append = append_at(last + 1, keyed("k" + std::to_string(i), payload));
    ASSERT_TRUE(store->append({&append, 1}, Durability::process));
    ++last;
  }
  const auto size = [this] {
    std::uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      const std::string name = file.path().filename();
      if (name.ends_with(".sst") || name.ends_with(".log")) bytes += file.file_size();
    }
    return bytes;
  };
  store->wait_until_idle();
  store->close();
  ASSERT_TRUE(store->open());
  const std::uint64_t before = size();
  ASSERT_TRUE(store->raise_floor(events - 10));
  store->wait_until_idle();
  store->close();
  EXPECT_LT(size(), before / 2);
  const auto recovered = store->open();
  ASSERT_TRUE(recovered) << recovered.error().detail;
  EXPECT_EQ(recovered->floor, static_cast<Position>(events - 10));
  EXPECT_EQ(store->read(everything_after(0, last))->records.size(), 10u);
  EXPECT_FALSE(*store->find_key("k0"));
  EXPECT_TRUE(*store->find_key("k899"));
}

TEST_F(RocksDbStoreTest, ForgetsEpochsThatRetentionHasPassed) {
  open();
  add(Durability::fsync);
  ASSERT_TRUE(store->begin_epoch({.id = 2, .base = 1}));
  add(Durability::fsync);
  add(Durability::fsync);
  ASSERT_TRUE(store->raise_floor(2));
  ASSERT_TRUE(store->begin_epoch({.id = 3, .base = 3}));
  const auto recovered = reopen_after_crash();
  ASSERT_EQ(recovered->epochs.all().size(), 2u);
  EXPECT_EQ(recovered->epochs.all().front().id, 2u);
}

TEST_F(RocksDbStoreTest, KeepsFactsThroughACrashAtAnyDurability) {
  open();
  add(Durability::memory);
  ASSERT_TRUE(store->put_fact("revoked/u1", "1"));
  ASSERT_TRUE(reopen_after_crash());
  EXPECT_EQ(store->facts("revoked/")->size(), 1u);
}

TEST(RocksDbLayout, ReadsBackItsNotes) {
  const std::vector<layout::EpochEntry> epochs{{{1, 0}, 0}, {{2, 10}, 8}};
  const auto read = layout::decode_epochs(layout::encode_epochs(epochs));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(1).epoch.base, 10u);
  EXPECT_EQ(read->at(1).last_record, 8u);
  const auto run = layout::decode_run(layout::encode_run({.weakest = Durability::process, .boot_id = "b"}));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->weakest, Durability::process);
  EXPECT_EQ(run->boot_id, "b");
  EXPECT_FALSE(run->clean);
}

TEST(RocksDbLayout, RefusesNotesThatItNeverWrote) {
  EXPECT_FALSE(layout::decode_epochs(""));
  EXPECT_FALSE(layout::decode_epochs("\x7f"));
  EXPECT_FALSE(layout::decode_epochs(layout::encode_epochs({{{1, 0}, 0}}) + "x"));
  EXPECT_FALSE(layout::decode_run(""));
  EXPECT_FALSE(layout::decode_run("x" + layout::encode_run({}).substr(1)));
  EXPECT_FALSE(layout::decode_position("short"));
  EXPECT_FALSE(layout::decode_key_entry("short"));
  EXPECT_EQ(layout::position_of("r"), 0u);
  EXPECT_EQ(layout::name_of("ic"), "");
}

TEST(RocksDbLayout, KnowsAHoleOnlyBeforeAnEpochsBase) {
  const std::vector<layout::EpochEntry> epochs{{{1, 0}, 0}, {{2, 10}, 8}, {{3, 12}, 8}};
  EXPECT_TRUE(layout::is_hole(epochs, 8, 11));
  EXPECT_TRUE(layout::is_hole(epochs, 8, 13));
  EXPECT_FALSE(layout::is_hole(epochs, 8, 14));
  EXPECT_FALSE(layout::is_hole(epochs, 7, 11));
  EXPECT_FALSE(layout::is_hole(epochs, 3, 5));
}

}  // namespace
}  // namespace tidings::store
