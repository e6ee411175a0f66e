// What encoding an event costs, once for all its readers.
#include <benchmark/benchmark.h>

#include "events/committed_frame.hpp"
#include "events/publish_parser.hpp"

namespace tidings::events {
namespace {

store::RecordPtr record_of(std::size_t bytes) {
  auto record = std::make_shared<store::Record>();
  record->position = 1;
  record->event = {"chapter.updated", "\"" + std::string(bytes, 'x') + "\"", false, {{"user-1"}, {}}, {}};
  return record;
}

void EncodesAnEvent(benchmark::State& state) {
  const auto record = record_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(CommittedFrame(record, "0123456789abcdef-1", SipKey{}));
}
BENCHMARK(EncodesAnEvent)->Arg(150)->Arg(4096)->Arg(262'144);

void ReadsAnEvent(benchmark::State& state) {
  const std::string json = R"({"type": "chapter.updated", "data": {"text": ")" +
                           std::string(static_cast<std::size_t>(state.range(0)), 'x') + R"("}, "users": ["user-1"]})";
  for (auto _ : state) benchmark::DoNotOptimize(parse_event(json, {}));
  state.SetBytesProcessed(static_cast<std::int64_t>(json.size()) * state.iterations());
}
BENCHMARK(ReadsAnEvent)->Arg(150)->Arg(4096)->Arg(200'000);

}  // namespace
}  // namespace tidings::events
