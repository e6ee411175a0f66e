#include "shared/copy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/testing/faulty_store.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::shared {
namespace {

using store::Position;
using store::testing::everything_after;
using store::testing::for_everyone;
using store::testing::positions_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr store::EpochId first_epoch = 0xa;
constexpr store::EpochId second_epoch = 0xb;

struct LogCopy : ::testing::Test {
  LogCopy() { make(); }

  void make() {
    copy.reset();
    recorder = std::make_unique<store::testing::Recorder>();
    copy = std::make_unique<Copy>(
        folder.path() / "copy",
        [this](const std::filesystem::path& where) -> std::unique_ptr<store::EventStore> {
          return std::make_unique<testing::FaultyStore>(store::make_rocksdb_store({.folder = where}), failing, damaged);
        },
        *recorder, metrics);
    copy->on_fact = [this](const Fact& fact) { facts.push_back(fact.name + "=" + fact.value); };
    ASSERT_TRUE(copy->open());
  }
  // As Redis would say: epochs, and how far the log reaches.
  static SharedEpoch epoch(store::EpochId id, EntryId begun) { return {id, begun, mark_at(begun, id)}; }
  static Mark mark_at(EntryId id, store::EpochId of) { return id.position * 1000 + id.place * 100 + of; }
  Meeting meeting(std::vector<SharedEpoch> epochs, EntryId floor = {}, Mark floor_mark = 0) const {
    return {.log = 7, .epochs = std::move(epochs), .last = {}, .floor = floor, .floor_mark = floor_mark, .now = {}};
  }
  // The next records of an epoch after `after`, whose mark is `mark`.
  std::vector<Entry> records(EntryId after, Mark mark, int count, store::EpochId of = first_epoch) const {
    std::vector<Entry> made;
    for (int i = 0; i < count; ++i) {
      store::Record record;
      record.event = for_everyone(std::to_string(of) + "/" + std::to_string(after.position + 1));
      record.time = store::testing::at_second(static_cast<std::int64_t>(after.position));
      const EntryId id{after.position + 1, 0};
      made.push_back({id, mark_at(id, of), mark, std::move(record)});
      after = id;
      mark = made.back().mark;
    }
    return made;
  }
  std::vector<Entry> next(int count, store::EpochId of = first_epoch) const {
    return records(copy->stand()->entry, copy->stand()->mark, count, of);
  }
  void fill(int count) {
    ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1})}), 0));
    ASSERT_TRUE(copy->take(next(count)).value());
  }
  std::vector<Position> kept() const {
    const auto page = copy->read(everything_after(0, ~Position{0}));
    EXPECT_TRUE(page);
    return page ? positions_of(page->records) : std::vector<Position>{};
  }

  [[nodiscard]] std::filesystem::path stand_file() const { return folder.path() / "copy" / CopyWitness::file_name; }
  [[nodiscard]] std::uint64_t thrown_away() {
    return metrics.counter("tidings_copy_thrown_away_total", "Times that the local copy of the log was of no use")
        .value();
  }

  store::testing::TemporaryFolder folder;
  observe::Metrics metrics;
  store::testing::LogLines lines;
  bool failing = false;
  std::string damaged;
  std::vector<std::string> facts;
  std::unique_ptr<store::testing::Recorder> recorder;
  std::unique_ptr<Copy> copy;
};

TEST_F(LogCopy, TellsNobodyOfAnythingBeforeItIsLive) {
  fill(3);
  EXPECT_THAT(recorder->epochs(), IsEmpty());
  EXPECT_EQ(copy->read(everything_after(0, 9)).error().code, ErrorCode::overloaded);
  copy->go_live();
  EXPECT_THAT(recorder->epochs(), SizeIs(1));
  EXPECT_THAT(recorder->records(), IsEmpty());
  EXPECT_EQ(copy->head(), (store::Cursor{first_epoch, 3}));
  ASSERT_TRUE(copy->take(next(1)).value());
  EXPECT_EQ(positions_of(recorder->records()), std::vector<Position>{4});
  EXPECT_THAT(kept(), ElementsAre(1, 2, 3, 4));
}

TEST_F(LogCopy, ShowsAsItsHeadOnlyWhatItsListenerWasTold) {
  fill(3);
  copy->go_live();
  std::vector<store::Cursor> heads;
  recorder->when_told = [&] { heads.push_back(copy->head()); };
  ASSERT_TRUE(copy->take(next(2)).value());
  ASSERT_TRUE(copy->take(next(1)).value());
  EXPECT_THAT(heads, ElementsAre(store::Cursor{first_epoch, 3}, store::Cursor{first_epoch, 5}));
  EXPECT_EQ(copy->head(), (store::Cursor{first_epoch, 6}));
}

TEST_F(LogCopy, TakesOnlyWhatFollows) {
  fill(3);
  auto broken = next(2);
  broken[1].previous ^= 1;
  EXPECT_FALSE(copy->take(std::move(broken)).value());
  EXPECT_EQ(copy->stand()->entry, (EntryId{4, 0}));
  // A hole, and one that is there already.
  EXPECT_FALSE(copy->take(records({5, 0}, copy->stand()->mark, 1)).value());
  EXPECT_FALSE(copy->take(records({3, 0}, copy->stand()->mark, 1)).value());
  EXPECT_TRUE(copy->take({}).value());
}

TEST_F(LogCopy, PutsEpochsAndFactsWhereTheyStandBetweenRecords) {
  fill(2);
  copy->go_live();
  std::vector<Entry> entries;
  const auto& stand = *copy->stand();
  entries.push_back({{2, 1}, 51, stand.mark, Fact{"n", "v"}});
  entries.push_back({{2, 2}, 52, 51, EpochBegun{second_epoch}});
  for (Entry& record : records({2, 2}, 52, 2, second_epoch)) entries.push_back(std::move(record));
  ASSERT_TRUE(copy->take(std::move(entries)).value());
  EXPECT_THAT(facts, ElementsAre("n=v"));
  ASSERT_THAT(recorder->epochs(), SizeIs(2));
  EXPECT_EQ(recorder->epochs()[1].base, 2u);
  EXPECT_EQ(copy->head(), (store::Cursor{second_epoch, 2}));
  EXPECT_TRUE(copy->holds({first_epoch, 99}));
  EXPECT_TRUE(copy->holds({second_epoch, 2}));
  EXPECT_FALSE(copy->holds({second_epoch, 3}));
  EXPECT_FALSE(copy->holds({0xdead, 1}));
}

TEST_F(LogCopy, KeepsTheLostTailBesideWhatTookItsNumbers) {
  fill(5);
  copy->go_live();
  // Redis has lost 4 and 5.
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 1})}), 1));
  ASSERT_TRUE(copy->take(next(2, second_epoch)).value());
  EXPECT_EQ(recorder->epochs().back().base, 5u);
  EXPECT_THAT(kept(), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(copy->head(), (store::Cursor{second_epoch, 2}));
  // The floor of Redis means the record that has this number now.
  ASSERT_TRUE(copy->follow_floor(meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 1})}, {2, 0})));
  EXPECT_THAT(kept(), ElementsAre(3, 4, 5, 6, 7));
  ASSERT_TRUE(copy->follow_floor(meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 1})}, {4, 0})));
  EXPECT_THAT(kept(), ElementsAre(7));
  EXPECT_EQ(recorder->floors().back(), 6u);
}

TEST_F(LogCopy, BeginsInTheMiddleOfALogWhoseBeginningIsGone) {
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {10, 1})}, {20, 0}, 77), 0));
  EXPECT_EQ(copy->stand()->entry, (EntryId{20, 0}));
  EXPECT_EQ(copy->stand()->epoch, second_epoch);
  ASSERT_TRUE(copy->take(records({20, 0}, 77, 2, second_epoch)).value());
  copy->go_live();
  EXPECT_EQ(copy->head(), (store::Cursor{second_epoch, 12}));
  EXPECT_EQ(recorder->floors().back(), 20u);
  EXPECT_THAT(kept(), ElementsAre(21, 22));
}

TEST_F(LogCopy, GoesOnBehindWhatRetentionTook) {
  fill(3);
  copy->go_live();
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1})}, {10, 0}, 88), 0));
  EXPECT_EQ(recorder->floors().back(), 10u);
  EXPECT_EQ(copy->head(), (store::Cursor{first_epoch, 10}));
  ASSERT_TRUE(copy->take(records({10, 0}, 88, 1)).value());
  EXPECT_THAT(kept(), ElementsAre(11));
}

// Facts that stood behind the last record which retention took are gone too, and with them an epoch's beginning.
TEST_F(LogCopy, GoesOnBehindFactsThatRetentionTook) {
  fill(3);
  copy->go_live();
  const auto whole = meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 2})}, {3, 9}, 99);
  ASSERT_TRUE(copy->go_on(whole, 0));
  EXPECT_EQ(copy->stand()->entry, (EntryId{3, 9}));
  EXPECT_EQ(copy->head(), (store::Cursor{second_epoch, 0}));
  EXPECT_EQ(recorder->floors().back(), 3u);
  std::vector<Entry> entries;
  entries.push_back({{3, 10}, 100, 99, Fact{"n", "v"}});
  for (Entry& record : records({3, 10}, 100, 1, second_epoch)) entries.push_back(std::move(record));
  ASSERT_TRUE(copy->take(std::move(entries)).value());
  EXPECT_THAT(facts, ElementsAre("n=v"));
  EXPECT_THAT(kept(), ElementsAre(4));
}

TEST_F(LogCopy, IsFilledAnewWhenItIsFoundToBeDamaged) {
  fill(5);
  copy->go_live();
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 1})}), 1));
  ASSERT_TRUE(copy->take(next(2, second_epoch)).value());
  const auto told = recorder->records().size();
  damaged = "event 2 of the log is damaged";
  EXPECT_TRUE(copy->damage());
  EXPECT_FALSE(copy->readable());
  damaged.clear();
  ASSERT_TRUE(copy->clear());
  EXPECT_FALSE(copy->stand());
  EXPECT_EQ(copy->read(everything_after(0, 9)).error().code, ErrorCode::overloaded);
  EXPECT_EQ(copy->find_time({}).error().code, ErrorCode::overloaded);
  // The same places as before, without the tail that is nowhere any more; nobody is told twice.
  const auto whole = meeting({epoch(first_epoch, {0, 1}), epoch(second_epoch, {3, 1})});
  ASSERT_TRUE(copy->go_on(whole, 0));
  ASSERT_TRUE(copy->take(next(3)).value());
  EXPECT_EQ(copy->read(everything_after(0, 9)).error().code, ErrorCode::overloaded);
  std::vector<Entry> begun;
  begun.push_back({{3, 1}, whole.epochs[1].mark, copy->stand()->mark, EpochBegun{second_epoch}});
  ASSERT_TRUE(copy->take(std::move(begun)).value());
  ASSERT_TRUE(copy->take(next(2, second_epoch)).value());
  EXPECT_THAT(kept(), ElementsAre(1, 2, 3, 6, 7));
  EXPECT_EQ(recorder->records().size(), told);
  EXPECT_EQ(recorder->epochs().size(), 2u);
  ASSERT_TRUE(copy->take(next(1, second_epoch)).value());
  EXPECT_EQ(recorder->records().back()->position, 8u);
}

TEST_F(LogCopy, GoesOnOnceTheDiskTakesWritesAgain) {
  fill(2);
  copy->go_live();
  failing = true;
  EXPECT_FALSE(copy->take(next(1)));
  EXPECT_FALSE(copy->follow_floor(meeting({epoch(first_epoch, {0, 1})}, {1, 0})));
  EXPECT_FALSE(copy->go_on(meeting({epoch(first_epoch, {0, 1})}, {9, 0}), 0));
  EXPECT_FALSE(copy->go_on(meeting({epoch(second_epoch, {0, 1})}), 0));
  EXPECT_FALSE(copy->reopen());
  failing = false;
  ASSERT_TRUE(copy->reopen());
  ASSERT_TRUE(copy->take(next(1)).value());
  EXPECT_THAT(kept(), ElementsAre(1, 2, 3));
  EXPECT_EQ(positions_of(recorder->records()), std::vector<Position>{3});
}

TEST_F(LogCopy, IsThrownAwayOnceTheStoreFindsItDamaged) {
  fill(2);
  copy->go_live();
  damaged = "event 2 of the log is damaged";
  ASSERT_TRUE(copy->reopen());
  damaged.clear();
  EXPECT_EQ(lines.count("copy_thrown_away detail=\"event 2 of the log is damaged\""), 1);
  EXPECT_EQ(thrown_away(), 1u);
  EXPECT_FALSE(copy->stand());
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1})}), 0));
  ASSERT_TRUE(copy->take(next(2)).value());
  EXPECT_THAT(kept(), ElementsAre(1, 2));
}

TEST_F(LogCopy, IsMadeAnewOnceTheDiskTakesWritesAgain) {
  fill(2);
  copy->go_live();
  damaged = "event 2 of the log is damaged";
  failing = true;
  EXPECT_FALSE(copy->reopen());
  damaged.clear();
  EXPECT_FALSE(copy->reopen());
  EXPECT_FALSE(copy->readable());
  failing = false;
  ASSERT_TRUE(copy->reopen());
  ASSERT_TRUE(copy->go_on(meeting({epoch(first_epoch, {0, 1})}), 0));
  ASSERT_TRUE(copy->take(next(3)).value());
  EXPECT_EQ(thrown_away(), 1u);
  // It says where it stands when the hub starts again, too.
  const auto stand = copy->stand();
  make();
  EXPECT_EQ(copy->stand(), stand);
  EXPECT_EQ(thrown_away(), 1u);
}

TEST_F(LogCopy, TakesNothingWhereItCanNotSayWhereItStands) {
  copy.reset();
  std::filesystem::remove(stand_file());
  std::filesystem::create_symlink("/dev/full", stand_file());
  make();
  const auto begun = copy->go_on(meeting({epoch(first_epoch, {0, 1})}), 0);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::store_unavailable);
  EXPECT_EQ(begun.error().detail, "STAND: No space left on device");
  EXPECT_FALSE(copy->stand());
}

TEST_F(LogCopy, IsThrownAwayWhereItCanNotBeAskedWhereItStands) {
  fill(2);
  copy.reset();
  std::filesystem::remove(stand_file());
  std::filesystem::create_directory(stand_file());
  make();
  EXPECT_FALSE(copy->stand());
  EXPECT_EQ(lines.count("STAND: Is a directory"), 1);
  EXPECT_EQ(thrown_away(), 1u);
  fill(3);
  copy->go_live();
  EXPECT_THAT(kept(), ElementsAre(1, 2, 3));
}

TEST_F(LogCopy, StartsAgainWhereItWasClosed) {
  fill(3);
  const auto stand = copy->stand();
  make();
  EXPECT_EQ(copy->stand(), stand);
  ASSERT_TRUE(copy->take(next(1)).value());
}

TEST_F(LogCopy, IsThrownAwayWhereTheFolderHoldsSomethingElse) {
  copy.reset();
  std::filesystem::remove_all(folder.path() / "copy");
  auto other = store::make_rocksdb_store({.folder = folder.path() / "copy"});
  ASSERT_TRUE(other->open());
  ASSERT_TRUE(other->begin_epoch({1, 0}));
  other->close();
  other.reset();
  make();
  EXPECT_FALSE(copy->stand());
  EXPECT_EQ(lines.count("copy_thrown_away"), 1);
}

}  // namespace
}  // namespace tidings::shared
