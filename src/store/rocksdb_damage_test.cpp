// Every kind of stored file, damaged in every way that a disk finds: either all events are there, or the store says
// what is wrong. Never is one missing in silence.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "store/head_mark.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

namespace fs = std::filesystem;
using testing::append_at;
using testing::everything_after;
using testing::for_users;

std::string load(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void save(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// How a store came through: `whole`, `refused` at opening or reading, or `doubted`: it says that its tail may be lost.
enum class Outcome { whole, refused, doubted };

struct RocksDbDamage : ::testing::Test {
  static constexpr Position events = 400;

  // A store with events in a table file (`flushed`) or still in the write-ahead log.
  void fill(bool flushed) {
    auto store = make_rocksdb_store({.folder = original.path()});
    ASSERT_TRUE(store->open());
    ASSERT_TRUE(store->begin_epoch({.id = 1, .base = 0}));
    for (Position i = 1; i <= events; ++i) {
      const Append append = append_at(i, for_users({"u" + std::to_string(i % 5)}, std::string(50, 'x')));
      ASSERT_TRUE(store->append({&append, 1}, Durability::process));
    }
    if (flushed) store->close();
  }

  std::vector<fs::path> files(const std::string& kind) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(original.path())) {
      const std::string name = entry.path().filename();
      if (name.starts_with(kind) || name.ends_with(kind)) found.emplace_back(name);
    }
    return found;
  }

  // Opens a copy of the store in which one file was changed, and looks at every event.
  Outcome after(const fs::path& name, const std::function<void(const fs::path&)>& change) const {
    const testing::TemporaryFolder copy;
    fs::copy(original.path(), copy.path(), fs::copy_options::recursive);
    change(copy.path() / name);
    const auto store = make_rocksdb_store({.folder = copy.path(), .verification_pause = 0});
    const auto opened = store->open();
    if (!opened) {
      EXPECT_NE(opened.error().detail.find(copy.path().string()), std::string::npos) << opened.error().detail;
      return Outcome::refused;
    }
    store->wait_until_idle();
    if (store->damage()) return Outcome::refused;
    ReadQuery query = everything_after(0, events);
    query.users = {"u0", "u1", "u2", "u3", "u4"};
    query.most_records = events;
    query.most_bytes = 1'000'000;
    const auto page = store->read(query);
    if (!page) return Outcome::refused;
    if (opened->tail_may_be_lost) return Outcome::doubted;
    EXPECT_EQ(page->records.size(), events) << name;
    return Outcome::whole;
  }

  // Each of the kind's files with one bit flipped, at many places. Never an event missing; how often it was refused.
  int refusals_after_flips(const std::string& kind) const {
    int refused = 0;
    for (const fs::path& name : files(kind)) {
      const std::string bytes = load(original.path() / name);
      const std::size_t step = bytes.size() / 40 + 1;
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        const Outcome outcome = after(name, [&](const fs::path& path) {
          std::string damaged = bytes;
          damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
          save(path, damaged);
        });
        if (outcome != Outcome::whole) ++refused;
      }
    }
    return refused;
  }

  // Each of the kind's files cut to a part of its length.
  std::vector<Outcome> outcomes_after_cuts(const std::string& kind) const {
    std::vector<Outcome> outcomes;
    for (const fs::path& name : files(kind)) {
      const std::uintmax_t size = fs::file_size(original.path() / name);
      for (const std::uintmax_t left : {std::uintmax_t{0}, size / 3, size * 2 / 3, size - 1}) {
        outcomes.push_back(after(name, [left](const fs::path& path) { fs::resize_file(path, left); }));
      }
    }
    return outcomes;
  }

  Outcome after_removing(const std::string& kind) const {
    return after(files(kind).at(0), [](const fs::path& path) { fs::remove(path); });
  }

  testing::TemporaryFolder original;
  testing::LogLines lines;
};

TEST_F(RocksDbDamage, IsFoundInTableFiles) {
  fill(true);
  EXPECT_GT(refusals_after_flips(".sst"), 30);
}

TEST_F(RocksDbDamage, IsFoundInWriteAheadLogs) {
  fill(false);
  EXPECT_GT(refusals_after_flips(".log"), 30);
}

TEST_F(RocksDbDamage, IsFoundInManifests) {
  fill(true);
  EXPECT_GT(refusals_after_flips("MANIFEST"), 10);
}

TEST_F(RocksDbDamage, OfTheFileThatNamesTheOthersIsFound) {
  fill(true);
  EXPECT_GT(refusals_after_flips("CURRENT"), 10);
}

TEST_F(RocksDbDamage, OfFilesThatAreNotNeededDoesNoHarm) {
  fill(true);
  EXPECT_EQ(refusals_after_flips("OPTIONS"), 0);
  EXPECT_EQ(refusals_after_flips("IDENTITY"), 0);
}

TEST_F(RocksDbDamage, OfTheMarkCallsForANewEpoch) {
  fill(true);
  EXPECT_EQ(refusals_after_flips(HeadMark::file_name), 13);
}

TEST_F(RocksDbDamage, CutTableFilesAreFound) {
  fill(true);
  for (const Outcome outcome : outcomes_after_cuts(".sst")) EXPECT_EQ(outcome, Outcome::refused);
}

TEST_F(RocksDbDamage, ACutWriteAheadLogCallsForANewEpoch) {
  fill(false);
  for (const Outcome outcome : outcomes_after_cuts(".log")) EXPECT_NE(outcome, Outcome::whole);
}

TEST_F(RocksDbDamage, CutManifestsAndPointersLoseNothingInSilence) {
  fill(true);
  // The last entry may be one that nothing depends on; that no event is missing then was looked at.
  EXPECT_NE(outcomes_after_cuts("MANIFEST").front(), Outcome::whole);
  EXPECT_EQ(outcomes_after_cuts("CURRENT").front(), Outcome::refused);
}

TEST_F(RocksDbDamage, MissingFilesAreFound) {
  fill(true);
  EXPECT_EQ(after_removing(".sst"), Outcome::refused);
  EXPECT_EQ(after_removing("MANIFEST"), Outcome::refused);
  EXPECT_EQ(after_removing("CURRENT"), Outcome::refused);
  EXPECT_EQ(after_removing("IDENTITY"), Outcome::whole);
}

TEST_F(RocksDbDamage, AMissingWriteAheadLogIsFound) {
  fill(false);
  EXPECT_NE(after_removing(".log"), Outcome::whole);
}

TEST_F(RocksDbDamage, EndsTheStoresServiceAndIsReportedOnce) {
  fill(true);
  const fs::path table = original.path() / files(".sst").at(0);
  std::string bytes = load(table);
  bytes[bytes.size() / 4] = static_cast<char>(bytes[bytes.size() / 4] ^ 1);
  save(table, bytes);
  auto store = make_rocksdb_store({.folder = original.path(), .verification_pause = 0});
  if (!store->open()) return;  // the block was needed for opening
  store->wait_until_idle();
  EXPECT_TRUE(store->damage());
  EXPECT_EQ(lines.count("store_damaged"), 1);
  const Append append = append_at(events + 1, for_users({"u1"}));
  const auto refused = store->append({&append, 1}, Durability::process);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("backup"), std::string::npos);
}

}  // namespace
}  // namespace tidings::store
