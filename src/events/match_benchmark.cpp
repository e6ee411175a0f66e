// From an event's recipients to its streams, among very many.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "events/channel_index.hpp"
#include "events/dense_table.hpp"
#include "events/filters.hpp"

namespace tidings::events {
namespace {

std::vector<std::unique_ptr<ChannelInterest>> interests(int count, const std::string& pattern, ChannelIndex& index) {
  std::vector<std::unique_ptr<ChannelInterest>> made;
  for (int i = 0; i < count; ++i) {
    std::string text = pattern;
    text.replace(text.find('#'), 1, std::to_string(i));
    made.push_back(std::make_unique<ChannelInterest>(parse_patterns(text, Names::channels).value()));
    index.add(*made.back());
  }
  return made;
}

void FindsOneOfAMillionUsers(benchmark::State& state) {
  std::vector<std::string> names;
  names.reserve(1'000'000);
  SegmentedTable<const std::string*> users;
  for (int i = 0; i < 1'000'000; ++i) {
    names.push_back("user-" + std::to_string(i));
    users.add(TextHash{}(names.back()), &names.back());
  }
  std::uint64_t at = 0;
  for (auto _ : state) {
    at = at * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::string user = "user-" + std::to_string((at >> 33) % 1'000'000);
    benchmark::DoNotOptimize(users.find(TextHash{}(user), [&](const std::string* name) { return *name == user; }));
  }
}
BENCHMARK(FindsOneOfAMillionUsers);

void FindsOneOf100000ChannelsBeside10000Patterns(benchmark::State& state) {
  ChannelIndex index;
  const auto named = interests(100'000, "novel:#", index);
  const auto patterns = interests(10'000, "team:#:*", index);
  std::vector<ChannelInterest*> found;
  std::uint64_t at = 0;
  for (auto _ : state) {
    at = at * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::string number = std::to_string((at >> 33) % 10'000);
    found.clear();
    index.find("novel:" + number, found);
    index.find("team:" + number + ":x", found);
    benchmark::DoNotOptimize(found.data());
  }
}
BENCHMARK(FindsOneOf100000ChannelsBeside10000Patterns);

}  // namespace
}  // namespace tidings::events
