// From an event's recipients to its streams, among very many: what it costs to find the few that it is for, or that
// there are none. `bench/matching` counts the instructions of the `match_…` functions here, and of `Shard::dispatch`.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "events/shard.hpp"
#include "events/testing/fake_log.hpp"
#include "events/testing/fake_transport.hpp"

namespace tidings::events {
namespace {

constexpr std::int64_t look_ups = 20'000;
constexpr std::int64_t filtered_events = 100;

std::string numbered(const char* name, std::uint64_t number) { return name + std::to_string(number); }

// A number that differs from call to call, in the same order every time.
class Numbers {
 public:
  std::uint64_t below(std::uint64_t bound) {
    at_ = at_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (at_ >> 33) % bound;
  }

 private:
  std::uint64_t at_ = 0;
};

// A shard that has no streams of its own, for an index to belong to.
struct Place {
  SystemClock clock;
  net::Reactor reactor{clock};
  SeededRandom random{1};
  StreamSettings settings;
  observe::Metrics metrics;
  ShardContext context{random, settings, std::make_shared<Quota>(settings, random), StreamMetrics(metrics)};
  Shard shard{0, reactor, context};
};

// An index with streams in it that nobody reads.
class Audience {
 public:
  void add(std::string_view user, std::string_view channels = {}) {
    Subscriber& stream = *streams_.emplace_back(std::make_unique<Subscriber>());
    stream.names = pack_names(user, {});
    index_.add(stream, {},
               channels.empty() ? std::vector<Pattern>{} : parse_patterns(channels, Names::channels).value());
  }
  [[nodiscard]] const SubscriberIndex& index() const { return index_; }

 private:
  Place place_;
  std::vector<std::unique_ptr<Subscriber>> streams_;
  SubscriberIndex index_{place_.shard};
};

[[gnu::noinline]] std::size_t match_user(const SubscriberIndex& index, std::string_view user) {
  std::size_t found = 0;
  index.for_each_of(user, [&](Subscriber& stream) { found += stream.state == StreamState::live ? 1 : 0; });
  return found;
}

[[gnu::noinline]] std::size_t match_channel(const SubscriberIndex& index, std::string_view channel,
                                            std::vector<ChannelInterest*>& into) {
  into.clear();
  index.interests_in(channel, into);
  return into.size();
}

void OneOfManyUsers(benchmark::State& state) {
  const auto users = static_cast<std::uint64_t>(state.range(0));
  Audience audience;
  for (std::uint64_t i = 0; i < users; ++i) audience.add(numbered("user-", 1'000'000 + i));
  Numbers numbers;
  for (auto _ : state) {
    const std::string user = numbered("user-", 1'000'000 + numbers.below(users));
    if (match_user(audience.index(), user) != 1) state.SkipWithError("not found");
  }
}
BENCHMARK(OneOfManyUsers)->Arg(100)->Arg(1'000'000)->Iterations(look_ups);

void OneOfManyChannels(benchmark::State& state) {
  const auto channels = static_cast<std::uint64_t>(state.range(0));
  Audience audience;
  for (std::uint64_t i = 0; i < channels; ++i) audience.add(numbered("user-", i), numbered("novel:", 100'000 + i));
  Numbers numbers;
  std::vector<ChannelInterest*> found;
  for (auto _ : state) {
    const std::string channel = numbered("novel:", 100'000 + numbers.below(channels));
    if (match_channel(audience.index(), channel, found) != 1) state.SkipWithError("not found");
  }
}
BENCHMARK(OneOfManyChannels)->Arg(100)->Arg(100'000)->Iterations(look_ups);

// `channel` is one that no pattern matches, however far they go along with it.
void none_of_many_patterns(benchmark::State& state, const char* channel) {
  Audience audience;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string number = std::to_string(10'000 + i);
    audience.add("ann-" + number, "team:" + number + ":*");
    audience.add("bob-" + number, "*:" + number + ":note:**");
  }
  std::vector<ChannelInterest*> found;
  for (auto _ : state) {
    if (match_channel(audience.index(), channel, found) != 0) state.SkipWithError("found one");
  }
}
void NoneOfManyPatterns(benchmark::State& state) { none_of_many_patterns(state, "novel:42:text"); }
BENCHMARK(NoneOfManyPatterns)->Arg(50)->Arg(5'000)->Iterations(look_ups);  // two patterns each
void NoneOfManyPatternsThatBeginAlike(benchmark::State& state) { none_of_many_patterns(state, "team:42:text"); }
BENCHMARK(NoneOfManyPatternsThatBeginAlike)->Arg(50)->Arg(5'000)->Iterations(look_ups);

// A shard whose streams all have the same two type patterns, which the events don't match.
class Uninterested {
 public:
  explicit Uninterested(std::int64_t count) {
    streams_.attach(std::make_unique<testing::FakeLog>());
    streams_.on_epoch({1, 0});
    settings_.streams = static_cast<std::size_t>(count);
    for (std::int64_t i = 0; i < count; ++i) open();
    settle();
  }

  // Publishes an event and lets the shard find whom it is for.
  void publish(const store::Recipients& recipients) {
    const store::Event event{
        .type = "chapter.updated", .payload = "1", .text = false, .recipients = recipients, .key = {}};
    const auto record = std::make_shared<const store::Record>(store::Record{++position_, clock_.wall(), event});
    streams_.on_committed({&record, 1});
    settle();
  }

  // Since the last stream opened.
  [[nodiscard]] std::size_t writes() const { return static_cast<std::size_t>(response_->writes); }

 private:
  void open() {
    StreamOptions options;
    options.user = numbered("user-", static_cast<std::uint64_t>(opened_));
    options.expires_at = clock_.wall() + std::chrono::hours(1);
    options.types = parse_patterns("novel.*,team.joined", Names::types).value();
    options.channels = parse_patterns("novel:42", Names::channels).value();
    const auto exchange = std::make_shared<testing::FakeExchange>(reactor_, response_);
    streams_.reserve(reactor_, options.user, options.address, [&](Result<Streams::Place> place) {
      streams_.open(exchange, {}, std::move(options), std::move(place).value());
    });
    response_->bytes.clear();
    response_->writes = 0;
    if (++opened_ % 1000 == 0) settle();
  }
  // As many turns as it takes to look at every stream.
  void settle() {
    const auto turns = 3 + static_cast<std::size_t>(opened_) / Shard::visits_a_slice;
    for (std::size_t turn = 0; turn < turns; ++turn) reactor_.run_once(Milliseconds{0});
  }

  ManualClock clock_;
  net::Reactor reactor_{clock_};
  SeededRandom random_{1};
  StreamSettings settings_;
  observe::Metrics metrics_;
  std::shared_ptr<testing::FakeResponse> response_ = std::make_shared<testing::FakeResponse>();
  Streams streams_{{&reactor_}, clock_, random_, settings_, metrics_};
  store::Position position_ = 0;
  std::int64_t opened_ = 0;
};

void filtered_out(benchmark::State& state, const store::Recipients& recipients) {
  Uninterested shard(state.range(0));
  for (auto _ : state) shard.publish(recipients);
  if (shard.writes() != 0) state.SkipWithError("it was not filtered out");
}
void FilteredOutOfABroadcast(benchmark::State& state) { filtered_out(state, {}); }
BENCHMARK(FilteredOutOfABroadcast)->Arg(100)->Arg(100'000)->Iterations(filtered_events);
void FilteredOutOfAChannel(benchmark::State& state) { filtered_out(state, {.users = {}, .channels = {"novel:42"}}); }
BENCHMARK(FilteredOutOfAChannel)->Arg(100)->Arg(100'000)->Iterations(filtered_events);

}  // namespace
}  // namespace tidings::events
