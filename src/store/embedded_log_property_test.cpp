// The log against a model that could hardly be simpler, over every store: whatever is done, in whatever order.
#include <gtest/gtest.h>

#include <latch>
#include <map>
#include <thread>

#include "store/embedded_log.hpp"
#include "store/log_reader.hpp"
#include "store/memory_store.hpp"
#include "store/record_codec.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

using testing::append_now;
using testing::read_now;
using testing::tick_now;

constexpr std::uint64_t most_kept = 300;

struct Modelled {
  Position position = 0;
  Event event;
};

// Every event in a list, and the floor.
struct Model {
  std::vector<Modelled> all;
  Position floor = 0;

  const Modelled* holder(const std::string& key) const {
    for (auto at = all.rbegin(); at != all.rend(); ++at) {
      if (at->position <= floor) return nullptr;
      if (at->event.key == key) return &*at;
    }
    return nullptr;
  }

  // What `append` must answer: positions, or nothing where a key is another event's.
  std::optional<std::vector<Position>> append(const std::vector<Event>& events) {
    const std::vector<Modelled> before = all;
    std::vector<Position> positions;
    for (const Event& event : events) {
      const Modelled* known = event.key.empty() ? nullptr : holder(event.key);
      if (known != nullptr && fingerprint(known->event) != fingerprint(event)) {
        all = before;
        return std::nullopt;
      }
      positions.push_back(known != nullptr ? known->position : all.size() + 1);
      if (known == nullptr) all.push_back({all.size() + 1, event});
    }
    return positions;
  }

  void retain() {
    if (all.size() > most_kept) floor = std::max<Position>(floor, all.size() - most_kept);
  }

  std::vector<Position> read(const ReadQuery& query) const {
    std::vector<Position> positions;
    for (const auto& [position, event] : all) {
      if (position <= floor || position <= query.after || position > query.until) continue;
      const auto is_for = [&event = event, &query] {
        const Recipients& to = event.recipients;
        if (to.everyone()) return query.everyone;
        for (const auto& user : to.users) {
          if (std::ranges::find(query.users, user) != query.users.end()) return true;
        }
        for (const auto& channel : to.channels) {
          if (std::ranges::find(query.channels, channel) != query.channels.end()) return true;
          for (const auto& prefix : query.channel_prefixes) {
            if (channel.starts_with(prefix) && channel.back() != '3') return true;
          }
        }
        return false;
      };
      if (is_for() && (!query.accept_type || query.accept_type(event.type))) positions.push_back(position);
    }
    return positions;
  }
};

struct Parameters {
  bool on_disk = false;
  std::uint64_t seed = 0;
};

struct EmbeddedLogProperty : ::testing::TestWithParam<Parameters> {
  std::string name(const char* kind, std::uint64_t of) { return kind + std::to_string(random.below(of)); }

  Event any_event() {
    Event event = testing::for_everyone(std::to_string(random.below(3)));
    event.type = name("type.", 4);
    if (random.below(3) == 0) event.key = name("key", 40);
    const std::uint64_t to = random.below(4);
    for (std::uint64_t i = 0; to != 0 && i < 1 + random.below(3); ++i) {
      (to == 1 ? event.recipients.users : event.recipients.channels).push_back(name(to == 1 ? "u" : "room:", 5));
    }
    return event;
  }

  ReadQuery any_query(Position head) {
    ReadQuery query = testing::everything_after(random.below(head + 1), head);
    query.everyone = random.below(2) == 0;
    for (std::uint64_t i = random.below(3); i > 0; --i) query.users.push_back(name("u", 6));
    for (std::uint64_t i = random.below(3); i > 0; --i) query.channels.push_back(name("room:", 6));
    if (random.below(2) == 0) query.channel_prefixes.emplace_back("room:");
    query.accept_channel = [](std::string_view channel) { return channel.back() != '3'; };
    if (random.below(2) == 0) query.accept_type = [](std::string_view type) { return type.back() < '2'; };
    query.most_records = 1 + random.below(40);
    return query;
  }

  // As many at once as are answered by one pass over the log.
  void read_together(EventLog& log, const Model& model) {
    std::vector<ReadQuery> queries;
    for (std::size_t i = 0; i < LogReader::least_shared + 8; ++i) queries.push_back(any_query(model.all.size()));
    std::vector<Result<Page>> pages(queries.size(), Page{});
    std::latch answered(static_cast<std::ptrdiff_t>(queries.size()));
    std::vector<Read> reads;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      reads.push_back({queries[i], [&, i](Result<Page> page) {
                         pages[i] = std::move(page);
                         answered.count_down();
                       }});
    }
    log.read(std::move(reads));
    answered.wait();
    for (std::size_t i = 0; i < queries.size(); ++i) {
      ASSERT_TRUE(pages[i]);
      EXPECT_LE(pages[i]->records.size(), queries[i].most_records);
      if (queries[i].after < queries[i].until) {
        ASSERT_GT(pages[i]->read_to, queries[i].after);
      }
      queries[i].until = pages[i]->read_to;
      EXPECT_EQ(testing::positions_of(pages[i]->records), model.read(queries[i]));
    }
  }

  SeededRandom random{GetParam().seed};
};

INSTANTIATE_TEST_SUITE_P(Seeds, EmbeddedLogProperty,
                         ::testing::Values(Parameters{false, 1}, Parameters{false, 2}, Parameters{false, 3},
                                           Parameters{true, 4}, Parameters{true, 5}),
                         [](const auto& which) {
                           return (which.param.on_disk ? "RocksDb" : "Memory") + std::to_string(which.param.seed);
                         });

TEST_P(EmbeddedLogProperty, DoesWhatTheModelDoes) {
  const testing::LogLines lines;
  const testing::TemporaryFolder folder;
  ManualClock clock;
  SystemRandom epochs;
  observe::Metrics metrics;
  testing::Recorder recorder;
  const auto start = [&] {
    auto store = GetParam().on_disk ? make_rocksdb_store({.folder = folder.path()}) : make_memory_store();
    auto log = std::make_unique<EmbeddedLog>(
        std::move(store), LogSettings{.durability = Durability::process, .retention = {.events = most_kept}}, clock,
        epochs, recorder, metrics);
    EXPECT_TRUE(log->start());
    return log;
  };
  auto log = start();
  Model model;
  for (int step = 0; step < 1'500; ++step) {
    SCOPED_TRACE("seed " + std::to_string(GetParam().seed) + ", step " + std::to_string(step));
    const std::uint64_t what = random.below(100);
    if (what < 70) {
      std::vector<Event> events;
      for (std::uint64_t i = 1 + random.below(3); i > 0; --i) events.push_back(any_event());
      const auto expected = model.append(events);
      const auto got = append_now(*log, events);
      ASSERT_EQ(got.has_value(), expected.has_value());
      for (std::size_t i = 0; expected && i < expected->size(); ++i) EXPECT_EQ((*got)[i].sequence, (*expected)[i]);
    } else if (what < 90) {
      ReadQuery query = any_query(model.all.size());
      const std::vector<Position> expected = model.read(query);
      std::vector<Position> got;
      while (query.after < query.until) {
        const auto page = read_now(*log, query);
        ASSERT_TRUE(page);
        for (const PageRecord& record : page->records) got.push_back(record.position());
        ASSERT_GT(page->read_to, query.after);
        query.after = page->read_to;
      }
      EXPECT_EQ(got, expected);
      read_together(*log, model);
    } else if (what < 98) {
      clock.advance(Milliseconds{600});
      tick_now(*log);
      model.retain();
    } else if (GetParam().on_disk) {
      log.reset();
      log = start();
      model.retain();
    }
    // The thread keeps retention by itself where the clock has moved; the model follows.
    if (!recorder.floors().empty()) model.floor = std::max(model.floor, recorder.floors().back());
  }
  EXPECT_EQ(log->head().sequence, model.all.size());
}

TEST(EmbeddedLogRaces, KeepsOrderForManyPublishersAndReaders) {
  const testing::LogLines lines;
  for (const bool on_disk : {false, true}) {
    const testing::TemporaryFolder folder;
    const SystemClock clock;
    SystemRandom random;
    observe::Metrics metrics;
    testing::Recorder recorder;
    EmbeddedLog log(on_disk ? make_rocksdb_store({.folder = folder.path()}) : make_memory_store(),
                    {.durability = Durability::process, .retention = {.events = 100}}, clock, random, recorder,
                    metrics);
    ASSERT_TRUE(log.start());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&log, thread] {
        std::uint64_t last = 0;
        for (int i = 0; i < 100; ++i) {
          const auto done = append_now(log, {testing::keyed(std::to_string(thread * 1'000 + i), "1")});
          ASSERT_TRUE(done);
          EXPECT_GT(done->front().sequence, last);
          last = done->front().sequence;
          EXPECT_GE(log.head().sequence, last);
          const auto page = read_now(log, testing::everything_after(last - 1, last));
          ASSERT_TRUE(page);
          EXPECT_TRUE(log.healthy());
          if (i % 20 == 0) log.set_retention({.events = static_cast<std::uint64_t>(50 + i)});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    log.stop();
    const auto records = recorder.records();
    ASSERT_EQ(records.size(), 400u);
    for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i]->position, i + 1);
  }
}

}  // namespace
}  // namespace tidings::store
