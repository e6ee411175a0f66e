#include <deque>

#include "clock.hpp"
#include "delays.hpp"
#include "figures.hpp"
#include "mark.hpp"
#include "process.hpp"
#include "publisher.hpp"
#include "requests.hpp"
#include "runs.hpp"

namespace tidings::bench {
namespace {

// All connections send `request` again whenever they are answered.
void ask(const Options& options, const std::string& request) {
  Poller poller;
  std::deque<Publisher> connections;
  std::uint64_t until = 0;
  std::uint64_t answers = 0;
  for (std::size_t i = 0; i < options.publishers; ++i) {
    Publisher& connection = connections.emplace_back(poller, options.publish_port);
    connection.on_answer([&] {
      ++answers;
      if (now_nanoseconds() < until) connection.send(request);
    });
  }
  const auto go = [&](double seconds) {
    until = now_nanoseconds() + nanoseconds(seconds);
    for (Publisher& connection : connections) connection.send(request);
    poller.stay(until);
    for (const Publisher& connection : connections) {
      while (connection.unanswered() > 0) poller.serve(now_nanoseconds() + second);
    }
  };
  go(options.warm_up);
  answers = 0;
  const double processor_before = processor_seconds(options.pids);
  const std::uint64_t start = now_nanoseconds();
  go(options.seconds);
  const double seconds = static_cast<double>(now_nanoseconds() - start) / 1e9;
  const auto answered = static_cast<double>(answers);
  Figures()
      .add("requests", answered)
      .add("requests_a_second", answered / seconds)
      .add("processor_us_a_request", (processor_seconds(options.pids) - processor_before) * 1e6 / answered);
}

}  // namespace

void run_healthz(const Options& options) { ask(options, Requests(options).health()); }

void run_requests(const Options& options) {
  const Requests requests(options);
  ask(options, requests.publish(requests.event(Mark{0, 1, now_nanoseconds()}.data(options.data_bytes), options.to)));
}

void run_acknowledge(const Options& options) {
  const Requests requests(options);
  Poller poller;
  Delays delays;
  struct Connection {
    Connection(Poller& with, std::uint16_t port) : publisher(with, port) {}
    Publisher publisher;
    std::deque<std::uint64_t> due;  // of what is unanswered
  };
  std::deque<Connection> connections;
  for (std::size_t i = 0; i < options.publishers; ++i) {
    Connection& connection = connections.emplace_back(poller, options.publish_port);
    connection.publisher.on_answer([&] {
      delays.add(connection.due.front(), now_nanoseconds());
      connection.due.pop_front();
    });
  }
  const double interval = static_cast<double>(second) / options.rate;
  const std::uint64_t start = now_nanoseconds();
  delays.begin_window(start + nanoseconds(options.warm_up));
  const auto events = static_cast<std::uint64_t>((options.warm_up + options.seconds) * options.rate);
  for (std::uint64_t number = 1; number <= events; ++number) {
    const std::uint64_t due = start + static_cast<std::uint64_t>(interval * static_cast<double>(number));
    poller.stay(due);
    Connection& connection = connections[number % connections.size()];
    connection.due.push_back(due);
    connection.publisher.send(
        requests.publish(requests.event(Mark{0, number, due}.data(options.data_bytes), options.to)));
  }
  for (const Connection& connection : connections) {
    while (connection.publisher.unanswered() > 0) poller.serve(now_nanoseconds() + second);
  }
  Figures()
      .add("events", static_cast<double>(delays.count(0)))
      .add("p50_ms", delays.percentile(0, 0.5))
      .add("p99_ms", delays.percentile(0, 0.99));
}

}  // namespace tidings::bench
