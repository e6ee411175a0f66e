// What appending costs for each size of group and durability, and what resuming does in a long log.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

constexpr Position most_users = 100'000;

std::vector<Append> group_after(Position head, std::size_t size) {
  std::vector<Append> group;
  for (std::size_t i = 1; i <= size; ++i) {
    const Position position = head + i;
    Event event = testing::for_users({"user" + std::to_string(position * 7919 % most_users)}, std::string(150, 'x'));
    group.push_back(testing::append_at(position, std::move(event)));
  }
  return group;
}

std::unique_ptr<RocksDbStore> opened(const std::filesystem::path& folder) {
  auto store = make_rocksdb_store({.folder = folder});
  if (!store->open() || !store->begin_epoch({.id = 1, .base = 0})) std::abort();
  return store;
}

// 150-byte events, each for one of 100,000 users.
void append_groups(benchmark::State& state) {
  const testing::TemporaryFolder folder;
  const auto store = opened(folder.path());
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto durability = static_cast<Durability>(state.range(1));
  Position head = 0;
  for (auto _ : state) {
    const auto group = group_after(head, size);
    if (!store->append(group, durability)) state.SkipWithError("not stored");
    head += size;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(head));
}
BENCHMARK(append_groups)
    ->ArgNames({"group", "durability"})
    ->ArgsProduct({{1, 16, 500}, {static_cast<int>(Durability::process), static_cast<int>(Durability::fsync)}})
    ->UseRealTime();

// A user who was away gets the ten events of a million that are for them.
void resume_among_a_million(benchmark::State& state) {
  const testing::TemporaryFolder folder;
  const auto store = opened(folder.path());
  constexpr Position events = 1'000'000;
  for (Position head = 0; head < events; head += 1'000) {
    if (!store->append(group_after(head, 1'000), Durability::process)) std::abort();
  }
  Position user = 0;
  std::int64_t found = 0;
  for (auto _ : state) {
    ReadQuery query = testing::everything_after(0, events);
    user = (user + 104'729) % most_users;
    query.users = {"user" + std::to_string(user)};
    const auto page = store->read(query);
    found += static_cast<std::int64_t>(page->records.size());
  }
  state.SetItemsProcessed(found);
}
BENCHMARK(resume_among_a_million)->UseRealTime();

}  // namespace
}  // namespace tidings::store
