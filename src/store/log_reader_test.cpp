#include "store/log_reader.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "store/memory_store.hpp"
#include "store/testing/events.hpp"

namespace tidings::store {
namespace {

using testing::append_at;
using testing::everything_after;
using testing::for_channels;
using testing::for_everyone;
using testing::for_users;
using testing::positions_of;
using Positions = std::vector<Position>;

// A log in memory that counts how it is read, and can change or fail in the middle of it.
class WatchedStore final : public EventStore {
 public:
  Result<Recovered> open() override { return whole_->open(); }
  void close() override { whole_->close(); }
  Result<void> append(std::span<const Append> group, Durability durability) override {
    return whole_->append(group, durability);
  }
  Result<void> begin_epoch(Epoch epoch) override { return whole_->begin_epoch(epoch); }
  Result<void> raise_floor(Position floor) override { return whole_->raise_floor(floor); }
  Result<void> skip_to(Position position) override { return whole_->skip_to(position); }
  Extent extent() const override { return whole_->extent(); }
  Result<Position> last_before(WallTime time) const override { return whole_->last_before(time); }
  Result<Position> floor_for_bytes(std::uint64_t bytes) const override { return whole_->floor_for_bytes(bytes); }
  Result<std::optional<KeyEntry>> find_key(std::string_view key) const override { return whole_->find_key(key); }
  Result<Page> read(const ReadQuery& query) const override {
    ++reads;
    if (before_read) before_read();
    return whole_->read(query);
  }
  Result<std::vector<RecordPtr>> scan(Position after, Position until, std::size_t most_bytes) const override {
    ++scans;
    if (before_scan) before_scan();
    if (failure) return tl::unexpected(*failure);
    return whole_->scan(after, until, most_bytes);
  }
  Result<void> put_fact(std::string_view name, std::string_view value) override {
    return whole_->put_fact(name, value);
  }
  Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override {
    return whole_->facts(prefix);
  }

  mutable std::size_t reads = 0;
  mutable std::size_t scans = 0;
  std::function<void()> before_read;
  std::function<void()> before_scan;
  std::optional<Error> failure;

 private:
  std::unique_ptr<EventStore> whole_ = make_memory_store();
};

constexpr std::size_t many = LogReader::least_shared + 8;

struct LogReaderTest : ::testing::Test {
  LogReaderTest() {
    EXPECT_TRUE(store.begin_epoch({.id = 1, .base = 0}));
    reader.start();
  }
  void add(Event event) {
    const Append append = append_at(++last, std::move(event));
    ASSERT_TRUE(store.append({&append, 1}, Durability::memory));
  }
  void add_for_users(Position count, std::size_t users, const std::string& payload = "1") {
    for (Position i = 0; i < count; ++i) add(for_users({"u" + std::to_string(i % users)}, payload));
  }
  [[nodiscard]] ReadQuery of_user(std::size_t number, Position after = 0) const {
    ReadQuery query = everything_after(after, last);
    query.users = {"u" + std::to_string(number)};
    return query;
  }
  [[nodiscard]] std::vector<ReadQuery> of_users(std::size_t count) const {
    std::vector<ReadQuery> queries;
    for (std::size_t i = 0; i < count; ++i) queries.push_back(of_user(i));
    return queries;
  }
  // Queries whose pages take all that there is: one scan finds a record for them.
  std::vector<ReadQuery> of_a_scan_each(Position records) {
    add_for_users(records, 1, std::string(LogReader::bytes_a_scan, 'x'));
    std::vector<ReadQuery> queries(many, of_user(0));
    for (ReadQuery& query : queries) query.most_bytes = records * LogReader::bytes_a_scan;
    return queries;
  }
  // The answers, in the queries' order.
  std::vector<Result<Page>> answers(const std::vector<ReadQuery>& queries) {
    std::vector<Result<Page>> pages(queries.size(), Page{});
    std::latch answered(static_cast<std::ptrdiff_t>(queries.size()));
    std::vector<Read> reads;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      reads.push_back({queries[i], [&, i](Result<Page> page) {
                         if (page && !keep) page->hold.reset();
                         pages[i] = std::move(page);
                         answered.count_down();
                       }});
    }
    EXPECT_TRUE(reader.submit(std::move(reads)).empty());
    answered.wait();
    return pages;
  }

  WatchedStore store;
  Position last = 0;
  bool keep = false;
  LogReader reader{store};
};

TEST_F(LogReaderTest, TakesNoMoreThanItsBound) {
  std::latch held(1);
  std::latch release(1);
  ASSERT_TRUE(reader.submit([&] {
    held.count_down();
    release.wait();
  }));
  held.wait();
  std::atomic<std::size_t> ran{0};
  for (std::size_t i = 0; i < LogReader::most_waiting; ++i) ASSERT_TRUE(reader.submit([&] { ++ran; }));
  EXPECT_FALSE(reader.submit([&] { ++ran; }));
  std::vector<Read> reads(LogReader::most_waiting + 3, Read{{}, [&](const Result<Page>&) { ++ran; }});
  EXPECT_EQ(reader.submit(std::move(reads)).size(), 3U);
  release.count_down();
  reader.stop();
  EXPECT_EQ(ran, 2 * LogReader::most_waiting);
}

TEST_F(LogReaderTest, TakesNothingWhileItDoesNotRun) {
  reader.stop();
  EXPECT_FALSE(reader.submit([] {}));
  EXPECT_EQ(reader.submit(std::vector<Read>(2)).size(), 2U);
}

TEST_F(LogReaderTest, AnswersQueriesThatBeginNearEachOtherByOnePass) {
  add_for_users(400, many);
  const auto pages = answers(of_users(many));
  for (std::size_t user = 0; user < many; ++user) {
    ASSERT_TRUE(pages[user]);
    Positions expected;
    for (Position position = user + 1; position <= last; position += many) expected.push_back(position);
    EXPECT_EQ(positions_of(pages[user]->records), expected);
    EXPECT_EQ(pages[user]->read_to, last);
    EXPECT_EQ(pages[user]->began_at, 0U);
  }
  EXPECT_EQ(store.scans, 1U);
  EXPECT_EQ(store.reads, 0U);
}

TEST_F(LogReaderTest, AnswersFewOneByOne) {
  add_for_users(100, 10);
  const auto pages = answers(of_users(LogReader::least_shared - 1));
  EXPECT_EQ(positions_of(pages[9]->records), (Positions{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}));
  EXPECT_EQ(store.scans, 0U);
  EXPECT_EQ(store.reads, LogReader::least_shared - 1);
}

TEST_F(LogReaderTest, GivesUpAPassThatFindsLittle) {
  add_for_users(LogReader::looked_at_first + 1'000, 1'000);
  std::vector<ReadQuery> queries(many, of_user(5));
  const auto pages = answers(queries);
  for (const auto& page : pages) {
    EXPECT_EQ(positions_of(page->records), (Positions{6, 1'006, 2'006, 3'006, 4'006, 5'006}));
    EXPECT_EQ(page->read_to, last);
  }
  EXPECT_GT(store.scans, 0U);
  EXPECT_EQ(store.reads, many);
}

TEST_F(LogReaderTest, GoesNoFurtherThanPagesOfTheirOwnWouldHaveCost) {
  add_for_users(many * LogReader::positions_a_read + 100, many, std::string(100, 'x'));
  for (const auto& page : answers(of_users(many))) {
    EXPECT_EQ(page->read_to, many * LogReader::positions_a_read);
    EXPECT_EQ(page->records.size(), LogReader::positions_a_read);
  }
  auto queries = of_users(many);
  for (ReadQuery& query : queries) {
    query.users = {"u0", "u1", "u2"};
    query.most_records = 10'000;
    query.most_bytes = 100'000'000;
  }
  for (const auto& page : answers(queries)) EXPECT_EQ(page->read_to, many * LogReader::positions_a_read);
}

TEST_F(LogReaderTest, EndsAPassWhereEveryPageIsFull) {
  for (int i = 0; i < 5'000; ++i) add(for_everyone(std::string(100, 'x')));
  std::vector<ReadQuery> queries(many, everything_after(0, last));
  for (std::size_t i = 0; i < many; ++i) {
    queries[i].after = i;
    queries[i].most_records = 5;
  }
  const auto pages = answers(queries);
  for (Position i = 0; i < many; ++i) {
    EXPECT_EQ(positions_of(pages[i]->records), (Positions{i + 1, i + 2, i + 3, i + 4, i + 5}));
    EXPECT_EQ(pages[i]->read_to, i + 5);
  }
  EXPECT_EQ(store.scans, 1U);
}

TEST_F(LogReaderTest, LeavesThoseThatBeginFarAwayForLater) {
  const Position far = LogReader::near + 100;
  std::vector<Append> group;
  for (Position i = 1; i <= far; ++i) group.push_back(append_at(i, for_users({"u" + std::to_string(i % many)})));
  ASSERT_TRUE(store.append(group, Durability::memory));
  last = far;
  auto queries = of_users(many);
  queries.insert(queries.begin() + 3, of_user(1, far - 50));
  const auto pages = answers(queries);
  EXPECT_EQ(pages[3]->began_at, far - 50);
  EXPECT_EQ(pages[3]->read_to, last);
  EXPECT_EQ(store.reads, 1U);
  EXPECT_EQ(positions_of(pages[0]->records).front(), many);
}

TEST_F(LogReaderTest, GivesEachRecordOnceToWhoeverItIsFor) {
  add(for_everyone("1"));
  add(for_users({"u0", "u1"}));
  add(for_channels({"room:1", "room:2", "lobby"}));
  Event other = for_everyone("1");
  other.type = "other";
  add(other);
  Event both = for_users({"u0"});
  both.recipients.channels = {"room:1"};
  add(both);
  std::vector<ReadQuery> queries(many, of_user(0));
  queries[0].everyone = false;
  queries[1].channels = {"room:1", "room:2"};
  queries[2].users = {"u1", "u1"};
  queries[3].channel_prefixes = {"room:", "lob"};
  queries[3].accept_channel = [](std::string_view channel) { return channel != "room:1"; };
  queries[4].accept_type = [](std::string_view type) { return type == "other"; };
  queries[5].until = 2;
  queries[6].after = 4;
  const auto pages = answers(queries);
  const std::vector<Positions> expected = {{2, 5}, {1, 2, 3, 4, 5}, {1, 2, 4}, {1, 2, 3, 4, 5}, {4}, {1, 2}, {5}};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(positions_of(pages[i]->records), expected[i]) << i;
  EXPECT_EQ(pages[5]->read_to, 2U);
  EXPECT_EQ(store.reads, 0U);
}

TEST_F(LogReaderTest, ForgetsChannelsOfPatternsWhereTheyAreMany) {
  for (int i = 0; i < 2'500; ++i) add(for_channels({"room:" + std::to_string(i)}));
  std::vector<ReadQuery> queries(many, everything_after(0, last));
  for (ReadQuery& query : queries) {
    query.channel_prefixes = {"room:1"};
    query.most_records = 10'000;
  }
  for (const auto& page : answers(queries)) EXPECT_EQ(page->records.size(), 1'111U);
  EXPECT_EQ(store.reads, 0U);
}

TEST_F(LogReaderTest, AsksPatternsNoMoreThanPagesOfTheirOwnWould) {
  for (int i = 1; i <= 5'000; ++i) add(for_channels({"room:" + std::to_string(i)}));
  // Every channel begins as these do.
  std::vector<ReadQuery> queries(many, everything_after(0, last));
  for (ReadQuery& query : queries) {
    query.channel_prefixes = {""};
    query.accept_channel = [](std::string_view channel) { return channel.ends_with("00"); };
    query.most_records = 10'000;
  }
  queries[0].accept_channel = [](std::string_view channel) { return channel.ends_with("5"); };
  for (const auto& page : answers(queries)) {
    EXPECT_GT(page->read_to, LogReader::asked_a_read / 2);
    EXPECT_LE(page->read_to, LogReader::asked_a_read);
  }
  EXPECT_EQ(store.reads, 0U);
}

TEST_F(LogReaderTest, BeginsAtTheFloor) {
  add_for_users(100, 1);
  ASSERT_TRUE(store.raise_floor(90));
  for (const auto& page : answers(std::vector<ReadQuery>(many, of_user(0)))) {
    EXPECT_EQ(page->began_at, 90U);
    EXPECT_EQ(page->records.size(), 10U);
  }
}

TEST_F(LogReaderTest, LeavesNothingOutThatRetentionTakesMeanwhile) {
  add_for_users(100, 1);
  store.before_scan = [this] { static_cast<void>(store.raise_floor(70)); };
  for (const auto& page : answers(std::vector<ReadQuery>(many, of_user(0)))) {
    EXPECT_EQ(page->began_at, 70U);
    EXPECT_EQ(positions_of(page->records).front(), 71U);
    EXPECT_EQ(page->records.size(), 30U);
  }
}

TEST_F(LogReaderTest, FindsNothingBeyondTheHead) {
  add_for_users(10, 1);
  auto queries = std::vector<ReadQuery>(many, of_user(0, 10));
  for (ReadQuery& query : queries) query.until = 100;
  queries[1].after = 4;
  const auto pages = answers(queries);
  EXPECT_EQ(positions_of(pages[1]->records), (Positions{5, 6, 7, 8, 9, 10}));
  EXPECT_TRUE(pages[0]->records.empty());
  EXPECT_EQ(pages[0]->read_to, 10U);
}

TEST_F(LogReaderTest, FailsAllWhereTheLogCannotBeRead) {
  add_for_users(100, 1);
  store.failure = Error{ErrorCode::store_unavailable, "damaged", {}};
  for (const auto& page : answers(std::vector<ReadQuery>(many, of_user(0)))) {
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().detail, "damaged");
  }
}

TEST_F(LogReaderTest, EndsAPassThatFoundMuchAndAnswersTheRestAfterwards) {
  add_for_users(40, 1, std::string(1'000'000, 'x'));
  auto queries = std::vector<ReadQuery>(many, of_user(0));
  for (ReadQuery& query : queries) query.most_bytes = 100'000'000;
  queries[7].after = 38;
  const auto pages = answers(queries);
  EXPECT_LT(pages[0]->read_to, last);
  EXPECT_LE(pages[0]->records.size(), LogReader::most_held_bytes / 1'000'000 + 1);
  EXPECT_EQ(positions_of(pages[7]->records), (Positions{39, 40}));
  EXPECT_EQ(store.reads, 1U);
}

TEST_F(LogReaderTest, EndsAPassWhereManyPagesHoldTheSame) {
  constexpr std::size_t readers = 8'000;
  for (int i = 0; i < 250; ++i) add(for_everyone("1"));
  const auto pages = answers(std::vector<ReadQuery>(readers, everything_after(0, last)));
  const std::size_t records = pages[0]->records.size();
  EXPECT_GT(records, 50U);
  EXPECT_LE((records - 1) * readers * PageRecord::bytes_on_a_page, LogReader::most_held_bytes);
  EXPECT_EQ(pages[0]->read_to, records);
}

TEST_F(LogReaderTest, ReadsOnWhenPagesAreLetGo) {
  add(for_everyone(std::string(LogReader::most_held_bytes, 'x')));
  keep = true;
  auto kept = answers({everything_after(0, 1)});
  std::atomic<bool> let_go{false};
  std::latch answered(1);
  std::vector<Read> reads;
  reads.push_back({everything_after(0, 1), [&](const Result<Page>& page) {
                     EXPECT_TRUE(let_go);
                     EXPECT_EQ(page->records.size(), 1U);
                     answered.count_down();
                   }});
  ASSERT_TRUE(reader.submit(std::move(reads)).empty());
  let_go = true;
  kept.clear();
  answered.wait();
}

TEST_F(LogReaderTest, RunsTasksAtOnceWhileReadsWaitForPagesToBeLetGo) {
  add(for_everyone(std::string(LogReader::most_held_bytes, 'x')));
  LogReader one_by_one([this](const ReadQuery& query) { return store.read(query); });
  one_by_one.start();
  std::atomic<std::size_t> answered{0};
  Page kept;
  std::latch first(1);
  std::latch all(many);
  const Read read{everything_after(0, 1), [&](Result<Page> page) {
                    if (++answered == 1) {
                      kept = *std::move(page);
                      first.count_down();
                    }
                    all.count_down();
                  }};
  ASSERT_TRUE(one_by_one.submit(std::vector<Read>(many, read)).empty());
  first.wait();
  std::latch ran(1);
  ASSERT_TRUE(one_by_one.submit([&] { ran.count_down(); }));
  ran.wait();
  EXPECT_EQ(answered, 1U);
  kept = {};
  all.wait();
}

TEST_F(LogReaderTest, RunsTasksBetweenTheScansOfAPass) {
  const auto queries = of_a_scan_each(5);
  std::size_t scans_before = 0;
  store.before_scan = [&] {
    if (store.scans > 1) return;
    EXPECT_TRUE(reader.submit([&] { scans_before = store.scans; }));
  };
  EXPECT_EQ(answers(queries)[0]->records.size(), 5U);
  EXPECT_EQ(scans_before, 1U);
}

TEST_F(LogReaderTest, LooksAtSoManyRecordsAtMostBetweenTasks) {
  add_for_users(many * LogReader::positions_a_read, many, "");
  std::size_t scans_before = 0;
  store.before_scan = [&] {
    if (store.scans > 1) return;
    EXPECT_TRUE(reader.submit([&] { scans_before = store.scans; }));
  };
  auto queries = of_users(many);
  for (ReadQuery& query : queries) query.users = {"u0", "u1"};
  for (const auto& page : answers(queries)) EXPECT_EQ(page->read_to, last);
  EXPECT_EQ(scans_before, 1U);
}

TEST_F(LogReaderTest, RunsTasksBetweenReadsThatItAnswersOneByOne) {
  add_for_users(LogReader::looked_at_first + 1'000, 1'000);
  std::size_t reads_before = 0;
  store.before_read = [&] {
    if (store.reads > 1) return;
    EXPECT_TRUE(reader.submit([&] { reads_before = store.reads; }));
  };
  answers(std::vector<ReadQuery>(many, of_user(5)));
  EXPECT_EQ(store.reads, many);
  EXPECT_EQ(reads_before, 1U);
}

TEST_F(LogReaderTest, EndsAPassWhereItIsWhenItStops) {
  const auto queries = of_a_scan_each(5);
  std::thread stopping;
  store.before_scan = [&] {
    if (store.scans > 1) return;
    stopping = std::thread([this] { reader.stop(); });
    while (reader.submit([] {})) std::this_thread::sleep_for(Milliseconds{1});
  };
  const auto pages = answers(queries);
  stopping.join();
  for (const auto& page : pages) {
    EXPECT_EQ(positions_of(page->records), (Positions{1}));
    EXPECT_EQ(page->read_to, 1U);
  }
}

TEST_F(LogReaderTest, TakesNothingBeyondItsBoundWhereReadsCameBack) {
  add_for_users(40, 1, std::string(1'000'000, 'x'));
  const Read of_little{{}, [](const Result<Page>&) {}};
  store.before_scan = [&] {
    if (store.scans > 1) return;
    EXPECT_TRUE(reader.submit(std::vector<Read>(LogReader::most_waiting, of_little)).empty());
  };
  std::vector<Page> kept;
  std::latch answered(many);
  std::vector<Read> reads;
  for (std::size_t i = 0; i < many; ++i) {
    reads.push_back({of_user(0), [&](Result<Page> page) {
                       kept.push_back(*std::move(page));
                       answered.count_down();
                     }});
    reads.back().query.most_bytes = 100'000'000;
  }
  // The pass doesn't come to this one: too much is held before.
  reads.push_back({of_user(0, 38), [](const Result<Page>&) {}});
  ASSERT_TRUE(reader.submit(std::move(reads)).empty());
  answered.wait();
  std::latch came_back(1);
  ASSERT_TRUE(reader.submit([&] { came_back.count_down(); }));
  came_back.wait();
  EXPECT_EQ(reader.submit(std::vector<Read>(3, of_little)).size(), 3U);
  kept.clear();
}

TEST_F(LogReaderTest, StopsWhilePagesAreHeld) {
  add(for_everyone(std::string(LogReader::most_held_bytes, 'x')));
  keep = true;
  const auto kept = answers({everything_after(0, 1)});
  std::atomic<bool> answered{false};
  std::vector<Read> reads;
  reads.push_back({everything_after(0, 1), [&](const Result<Page>&) { answered = true; }});
  ASSERT_TRUE(reader.submit(std::move(reads)).empty());
  reader.stop();
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace tidings::store
