// From an event's recipients to its streams, among very many: what it costs to find the few that it is for, or that
// there are none. `bench/matching` counts the instructions of the `match_…` functions here, and of `Shard::dispatch`.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "events/shard.hpp"
#include "events/testing/fake_log.hpp"
#include "events/testing/fake_transport.hpp"
#include "events/testing/index_fixture.hpp"

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

// An index with streams in it that nobody reads.
class Crowd {
 public:
  void add(std::string_view user, std::string_view channels = {}) {
    Subscriber& stream = *streams_.emplace_back(std::make_unique<Subscriber>());
    stream.names = pack_names(user, {});
    index_.add(stream, {},
               channels.empty() ? std::vector<Pattern>{} : parse_patterns(channels, Names::channels).value());
  }
  [[nodiscard]] const SubscriberIndex& index() const { return index_; }

 private:
  testing::Place place_;
  std::vector<std::unique_ptr<Subscriber>> streams_;
  SubscriberIndex index_{place_.shard, place_.random};
};

// Called once all is set up.
[[gnu::noinline]] void begin_counting() { benchmark::ClobberMemory(); }

// Nothing that these call may be named after them: counting starts and stops wherever such a name is entered and left.
struct CountStreams {
  std::size_t& found;
  void operator()(const Subscriber& stream) const { found += stream.state == StreamState::live ? 1 : 0; }
};
struct IsNumber {
  std::uint64_t number;
  bool operator()(std::uint64_t value) const { return value == number; }
};

[[gnu::noinline]] std::size_t match_user(const SubscriberIndex& index, std::string_view user) {
  std::size_t found = 0;
  index.for_each_of(user, CountStreams{found});
  return found;
}

[[gnu::noinline]] std::size_t match_channel(const SubscriberIndex& index, std::string_view channel,
                                            std::vector<const Topic*>& into) {
  into.clear();
  index.topics_of(channel, into);
  return into.size();
}

[[gnu::noinline]] bool match_number(const DenseTable<std::uint64_t>& table, std::uint32_t hash, std::uint64_t number) {
  return table.find(hash, IsNumber{number}) != nullptr;
}

[[gnu::noinline]] bool match_type(TypeFilter& filter, const CommittedFrame& frame) { return filter.passes(frame); }

void OneOfManyUsers(benchmark::State& state) {
  const auto users = static_cast<std::uint64_t>(state.range(0));
  Crowd crowd;
  for (std::uint64_t i = 0; i < users; ++i) crowd.add(numbered("user-", 1'000'000 + i));
  Numbers numbers;
  begin_counting();
  for (auto _ : state) {
    const std::string user = numbered("user-", 1'000'000 + numbers.below(users));
    if (match_user(crowd.index(), user) != 1) state.SkipWithError("not found");
  }
}
BENCHMARK(OneOfManyUsers)->Arg(100)->Arg(1'000'000)->Iterations(look_ups);

void NoneOfManyUsers(benchmark::State& state) {
  const auto users = static_cast<std::uint64_t>(state.range(0));
  Crowd crowd;
  for (std::uint64_t i = 0; i < users; ++i) crowd.add(numbered("user-", 1'000'000 + i));
  Numbers numbers;
  begin_counting();
  for (auto _ : state) {
    const std::string user = numbered("user-", 3'000'000 + numbers.below(users));
    if (match_user(crowd.index(), user) != 0) state.SkipWithError("found one");
  }
}
BENCHMARK(NoneOfManyUsers)->Arg(100)->Arg(1'000'000)->Iterations(look_ups);

// A table of some 20,000 values that has just grown, or (1) that the next value would make grow. Looks for those that
// are there, or (`apart` is not 0) for others.
void look_up_at_a_fill(benchmark::State& state, std::uint64_t apart) {
  SeededRandom random(1);
  const SipKey key = SipKey::make(random);
  const auto hash = [&](std::uint64_t number) {
    return static_cast<std::uint32_t>(sip_hash_1_3(key, numbered("user-", number)));
  };
  DenseTable<std::uint64_t> table;
  std::uint64_t count = 0;
  const auto add = [&] { table.add(hash(count), count), ++count; };
  while (count < 20'000) add();
  for (const std::size_t capacity = table.capacity(); table.capacity() == capacity;) add();
  if (state.range(0) == 1) {
    while ((table.size() + 1) * 5 <= table.capacity() * 4) add();
  }
  Numbers numbers;
  begin_counting();
  for (auto _ : state) {
    const std::uint64_t number = apart + numbers.below(count);
    if (match_number(table, hash(number), number) != (apart == 0)) state.SkipWithError("the wrong answer");
  }
  state.counters["fill"] = static_cast<double>(table.size()) / static_cast<double>(table.capacity());
}
void OneInATableAsFullAsItGets(benchmark::State& state) { look_up_at_a_fill(state, 0); }
BENCHMARK(OneInATableAsFullAsItGets)->Arg(0)->Arg(1)->Iterations(look_ups);
void NoneInATableAsFullAsItGets(benchmark::State& state) { look_up_at_a_fill(state, 1'000'000); }
BENCHMARK(NoneInATableAsFullAsItGets)->Arg(0)->Arg(1)->Iterations(look_ups);

void OneOfManyChannels(benchmark::State& state) {
  const auto channels = static_cast<std::uint64_t>(state.range(0));
  Crowd crowd;
  for (std::uint64_t i = 0; i < channels; ++i) crowd.add(numbered("user-", i), numbered("novel:", 100'000 + i));
  Numbers numbers;
  std::vector<const Topic*> found;
  begin_counting();
  for (auto _ : state) {
    const std::string channel = numbered("novel:", 100'000 + numbers.below(channels));
    if (match_channel(crowd.index(), channel, found) != 1) state.SkipWithError("not found");
  }
}
BENCHMARK(OneOfManyChannels)->Arg(100)->Arg(100'000)->Iterations(look_ups);

// `channel` is one that no pattern matches, however far they go along with it.
void none_of_many_patterns(benchmark::State& state, const char* channel) {
  Crowd crowd;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string number = std::to_string(10'000 + i);
    crowd.add("ann-" + number, "team:" + number + ":*");
    crowd.add("bob-" + number, "*:" + number + ":note:**");
  }
  std::vector<const Topic*> found;
  begin_counting();
  for (auto _ : state) {
    if (match_channel(crowd.index(), channel, found) != 0) state.SkipWithError("found one");
  }
}
void NoneOfManyPatterns(benchmark::State& state) { none_of_many_patterns(state, "novel:42:text"); }
BENCHMARK(NoneOfManyPatterns)->Arg(50)->Arg(5'000)->Iterations(look_ups);  // two patterns each
void NoneOfManyPatternsThatBeginAlike(benchmark::State& state) { none_of_many_patterns(state, "team:42:text"); }
BENCHMARK(NoneOfManyPatternsThatBeginAlike)->Arg(50)->Arg(5'000)->Iterations(look_ups);

// Patterns of twelve segments, each of them "*" or the name's, in all ways that there are among so many patterns; the
// thirteenth is another than the name's. What a look-up can't but follow one by one.
void NoneOfPatternsThatAllGoAlong(benchmark::State& state) {
  constexpr unsigned segments = 12;
  Crowd crowd;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    std::string pattern;
    for (unsigned at = 0; at < segments; ++at) pattern += (i >> at & 1) != 0 ? "s:" : "*:";
    crowd.add("ann-" + std::to_string(i), pattern + "end");
  }
  std::string channel;
  for (unsigned at = 0; at < segments; ++at) channel += "s:";
  channel += "other";
  std::vector<const Topic*> found;
  begin_counting();
  for (auto _ : state) {
    if (match_channel(crowd.index(), channel, found) != 0) state.SkipWithError("found one");
  }
}
BENCHMARK(NoneOfPatternsThatAllGoAlong)->Arg(1)->Arg(4'096)->Iterations(filtered_events);

// What two patterns say of a type that comes again and again, and of types that are each new.
void OneOfManyTypes(benchmark::State& state) {
  testing::Place place;
  TypeFilter filter(place.shard, parse_patterns("novel.*,team.joined", Names::types).value());
  Numbers numbers;
  begin_counting();
  for (auto _ : state) {
    store::Event event{.type = numbered("chapter.", numbers.below(static_cast<std::uint64_t>(state.range(0)))),
                       .payload = "1",
                       .text = false,
                       .recipients = {},
                       .key = {}};
    const auto record = std::make_shared<const store::Record>(store::Record{1, {}, std::move(event)});
    if (match_type(filter, CommittedFrame(record, "a-1", place.context.type_key))) state.SkipWithError("it passed");
  }
}
BENCHMARK(OneOfManyTypes)->Arg(1)->Arg(1'000'000)->Iterations(look_ups);

// A shard whose streams all have the same two type patterns, which the events don't match.
class Uninterested {
 public:
  // Where `own_channels`, each of them hears one more that is its own.
  explicit Uninterested(std::int64_t count, bool own_channels = false) : own_channels_(own_channels) {
    auto log = std::make_unique<testing::FakeLog>();
    log->epochs.begin({1, 0});
    streams_.attach(std::move(log));
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
    options.channels =
        parse_patterns(
            own_channels_ ? "novel:42," + numbered("user:", static_cast<std::uint64_t>(opened_)) : "novel:42",
            Names::channels)
            .value();
    const auto exchange = std::make_shared<testing::FakeExchange>(reactor_, response_);
    streams_.reserve(reactor_, options.user, options.address, [&](Result<Streams::Place> place) {
      streams_.open(exchange, {}, options, std::move(place).value());
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

  bool own_channels_;
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

void filtered_out(benchmark::State& state, const store::Recipients& recipients, bool own_channels = false) {
  Uninterested shard(state.range(0), own_channels);
  begin_counting();
  for (auto _ : state) shard.publish(recipients);
  if (shard.writes() != 0) state.SkipWithError("it was not filtered out");
}
void FilteredOutOfABroadcast(benchmark::State& state) { filtered_out(state, {}); }
BENCHMARK(FilteredOutOfABroadcast)->Arg(100)->Arg(100'000)->Iterations(filtered_events);
void FilteredOutOfAChannel(benchmark::State& state) { filtered_out(state, {.users = {}, .channels = {"novel:42"}}); }
BENCHMARK(FilteredOutOfAChannel)->Arg(100)->Arg(100'000)->Iterations(filtered_events);
void FilteredOutThoughEachHearsMore(benchmark::State& state) {
  filtered_out(state, {.users = {}, .channels = {"novel:42"}}, true);
}
BENCHMARK(FilteredOutThoughEachHearsMore)->Arg(100)->Arg(100'000)->Iterations(filtered_events);

}  // namespace
}  // namespace tidings::events
