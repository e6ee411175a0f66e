// The load generator: one run, its figures as a JSON object on standard output.
#include <algorithm>
#include <cstdio>

#include "load.hpp"
#include "process.hpp"

namespace {

using namespace tidings::bench;

// The server's memory with so many streams, after quiet and an event that reached them all.
double memory_with(Load& load, std::size_t streams, const Options& options) {
  load.open(streams);
  load.stay(options.seconds);
  load.broadcast(1);
  load.stay(1);
  return static_cast<double>(anonymous_memory(options.pid));
}

void measure_memory(Load& load, const Options& options) {
  const double fewer = memory_with(load, options.streams, options);
  const double more = memory_with(load, options.more_streams, options);
  const auto difference = static_cast<double>(options.more_streams - options.streams);
  std::printf(
      "{\"streams\":%zu,\"more_streams\":%zu,\"rss_anon\":%.0f,\"rss_anon_more\":%.0f,\"bytes_a_stream\":%.1f}\n",
      options.streams, options.more_streams, fewer, more, (more - fewer) / difference);
}

std::uint32_t percentile(std::vector<std::uint32_t>& delays, double part) {
  const auto place = delays.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(delays.size() - 1));
  std::nth_element(delays.begin(), place, delays.end());
  return *place;
}

void measure_broadcast(Load& load, const Options& options) {
  load.open(options.streams);
  load.stay(1);
  BroadcastResult result = load.broadcast(static_cast<std::uint64_t>(options.rate * options.seconds));
  std::printf(
      "{\"streams\":%zu,\"deliveries\":%llu,\"processor_us_a_delivery\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
      options.streams, static_cast<unsigned long long>(result.deliveries),
      result.processor_seconds * 1e6 / static_cast<double>(result.deliveries), percentile(result.delays, 0.5) / 1000.0,
      percentile(result.delays, 0.99) / 1000.0);
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse_options(count, arguments);
  if (options.streams == 0 || options.pid == 0 || options.port == 0 || options.rate * options.seconds < 1 ||
      (options.mode == Mode::memory && options.more_streams <= options.streams)) {
    std::fputs("sse_load: needs --port, --pid, --streams, a rate that makes an event, and for memory --more-streams\n",
               stderr);
    return 2;
  }
  Load load(options);
  options.mode == Mode::memory ? measure_memory(load, options) : measure_broadcast(load, options);
  return 0;
}
