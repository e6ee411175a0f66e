#include <sys/types.h>

#include <deque>

#include "clock.hpp"
#include "figures.hpp"
#include "process.hpp"
#include "publisher.hpp"
#include "runs.hpp"
#include "steering.hpp"
#include "streams.hpp"

namespace tidings::bench {
namespace {

// Publishers of numbered events, each expected by every stream.
class Publishers {
 public:
  Publishers(Poller& poller, const Options& options, Streams& streams)
      : poller_(poller), options_(options), requests_(options), streams_(streams) {
    for (std::size_t i = 0; i < options.publishers; ++i) {
      all_.emplace_back(poller, options.publish_port).on_answer([this, i] {
        if (now_nanoseconds() < until_) publish(i);
      });
    }
  }

  // Until `until`, which is how many events; at the rate asked for, else each publisher as fast as it is answered.
  std::uint64_t publish_until(std::uint64_t until) {
    const std::uint64_t before = published_;
    if (options_.rate > 0) {
      const double interval = static_cast<double>(second) / options_.rate;
      const std::uint64_t start = now_nanoseconds();
      for (double due = interval; start + static_cast<std::uint64_t>(due) <= until; due += interval) {
        poller_.stay(start + static_cast<std::uint64_t>(due));
        publish(published_ % all_.size());
      }
      return published_ - before;
    }
    until_ = until;
    for (std::size_t i = 0; i < all_.size(); ++i) publish(i);
    poller_.stay(until);
    return published_ - before;
  }

  void publish(std::size_t number) {
    all_[number].send(requests_.publish(streams_.next_event(number)));
    ++published_;
  }

  // Until all are answered and each stream has each event.
  void finish() {
    streams_.await_all();
    for (const Publisher& publisher : all_) {
      while (publisher.unanswered() > 0) poller_.serve(now_nanoseconds() + second);
    }
  }

 private:
  Poller& poller_;
  const Options& options_;
  Requests requests_;
  Streams& streams_;
  std::deque<Publisher> all_;
  std::uint64_t published_ = 0;
  std::uint64_t until_ = 0;
};

}  // namespace

void run_broadcast(const Options& options) {
  Poller poller;
  Streams streams(poller, options);
  streams.open(options.streams);
  poller.stay(now_nanoseconds() + second / 2);
  Publishers publishers(poller, options, streams);
  if (options.warm_up > 0) {
    publishers.publish_until(now_nanoseconds() + nanoseconds(options.warm_up));
    publishers.finish();
  }
  const std::uint64_t delivered_before = streams.delivered();
  const double processor_before = processor_seconds(options.pids);
  const std::uint64_t start = now_nanoseconds();
  streams.delays().begin_window(start);
  const std::uint64_t events = publishers.publish_until(start + nanoseconds(options.seconds));
  publishers.finish();
  const double processor = processor_seconds(options.pids) - processor_before;
  const auto deliveries = static_cast<double>(streams.delivered() - delivered_before);
  const double seconds = static_cast<double>(streams.last_delivery() - start) / 1e9;
  Figures()
      .add("streams", static_cast<double>(options.streams))
      .add("events", static_cast<double>(events))
      .add("deliveries", deliveries)
      .add("deliveries_a_second", deliveries / seconds)
      .add("processor_us_a_delivery", processor * 1e6 / deliveries)
      .add("processor_share", processor / seconds)
      .add("p50_ms", streams.delays().percentile(0, 0.5))
      .add("p99_ms", streams.delays().percentile(0, 0.99));
}

void run_live(const Options& options) {
  Poller poller;
  Streams streams(poller, options);
  streams.open(options.streams);
  Steering steering(poller);
  Publishers publishers(poller, options, streams);
  steering.wait("open");
  const double interval = static_cast<double>(second) / options.rate;
  const std::uint64_t start = now_nanoseconds();
  std::size_t windows = 1;
  streams.delays().begin_window(start);
  std::uint64_t events = 0;
  while (!steering.ended()) {
    poller.stay(start + static_cast<std::uint64_t>(interval * static_cast<double>(++events)));
    for (; windows < steering.lines(); ++windows) streams.delays().begin_window(now_nanoseconds());
    publishers.publish(events % options.publishers);
  }
  publishers.finish();
  Figures figures;
  for (std::size_t i = 0; i < streams.delays().windows(); ++i) {
    const std::string of = "_" + std::to_string(i);
    figures.add("deliveries" + of, static_cast<double>(streams.delays().count(i)))
        .add("p50_ms" + of, streams.delays().percentile(i, 0.5))
        .add("p99_ms" + of, streams.delays().percentile(i, 0.99));
  }
}

void run_memory(const Options& options) {
  Poller poller;
  Streams streams(poller, options);
  const auto memory_with = [&](std::size_t count) {
    streams.open(count);
    poller.stay(now_nanoseconds() + nanoseconds(options.seconds));
    Publishers publishers(poller, options, streams);  // only now: a server waits for a request for some seconds only
    publishers.publish(0);
    publishers.finish();
    poller.stay(now_nanoseconds() + second);
    return static_cast<double>(anonymous_memory(options.pids));
  };
  const double fewer = memory_with(options.streams);
  const double more = memory_with(options.more_streams);
  const auto between = static_cast<double>(options.more_streams - options.streams);
  Figures()
      .add("streams", static_cast<double>(options.streams))
      .add("more_streams", static_cast<double>(options.more_streams))
      .add("rss_anon", fewer)
      .add("rss_anon_more", more)
      .add("bytes_a_stream", (more - fewer) / between);
}

}  // namespace tidings::bench
