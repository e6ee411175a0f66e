#include "clock.hpp"
#include "figures.hpp"
#include "process.hpp"
#include "publisher.hpp"
#include "runs.hpp"
#include "steering.hpp"
#include "streams.hpp"

namespace tidings::bench {

void run_crowd(const Options& options) {
  Poller poller;
  Streams streams(poller, options);
  streams.prepare(options.streams);
  Steering steering(poller);
  steering.wait("ready");
  const double processor_before = processor_seconds(options.pids);
  const std::uint64_t start = now_nanoseconds();
  streams.open_prepared();
  const std::uint64_t open = now_nanoseconds();
  double caught_up = 0;
  if (options.events > 0) {
    streams.await(options.events);
    caught_up = static_cast<double>(streams.last_delivery() - start) / 1e9;
  }
  const double processor = processor_seconds(options.pids) - processor_before;
  steering.wait("there");
  Figures figures;
  figures.add("streams", static_cast<double>(options.streams))
      .add("open_seconds", static_cast<double>(open - start) / 1e9)
      .add("processor_us_a_stream", processor * 1e6 / static_cast<double>(options.streams));
  if (options.events > 0) {
    const auto deliveries = static_cast<double>(streams.delivered());
    figures.add("deliveries", deliveries)
        .add("caught_up_seconds", caught_up)
        .add("deliveries_a_second", deliveries / caught_up)
        .add("processor_us_a_delivery", processor * 1e6 / deliveries);
  }
}

void run_stall(const Options& options) {
  Poller poller;
  Streams streams(poller, options);
  streams.open(options.streams);
  Steering steering(poller);
  streams.pause();
  const Requests requests(options);
  Publisher publisher(poller, options.publish_port);
  for (std::size_t i = 0; i < options.events; ++i) {
    publisher.send(requests.publish(streams.next_event(0)));
    while (publisher.unanswered() > 0) poller.serve(now_nanoseconds() + second);
  }
  poller.stay(now_nanoseconds() + second);
  steering.wait("stalled");
  streams.go_on();
  streams.await_all();
  Figures().add("deliveries", static_cast<double>(streams.delivered()));
}

}  // namespace tidings::bench
