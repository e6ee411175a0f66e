// `tidings serve`: a hub from its configuration to its last signal.
#include <fmt/format.h>

#include <cstdio>

#include "hub/commands.hpp"
#include "hub/config.hpp"
#include "hub/hub.hpp"
#include "hub/process.hpp"
#include "observe/log.hpp"

namespace tidings::hub {
namespace {

constexpr int failed = 1;

// How long after the drain time streams that do not even take their `bye`, and answers under way, hold the hub up.
constexpr Milliseconds grace{Seconds{5}};
// Once all streams are ended: for the answers of other requests.
constexpr Milliseconds last_answers{Seconds{2}};
constexpr Milliseconds glance{10};

void reload(Hub& hub, const Sources& sources, const Config::Machine& machine) {
  const auto outcome = Given::read(sources).and_then([&](const Given& given) {
    return Config::from(given, machine).and_then([&](const Config& config) { return hub.reload(given, config); });
  });
  // The line names settings and holds no secret.
  if (!outcome) observe::log(observe::Level::error, "reload_failed", {{"detail", outcome.error().line}});
}

// Whether a signal to stop came within `wait`; reloads are answered no more.
bool stopped_within(Signals& signals, const Clock& clock, Milliseconds wait, const std::function<bool()>& done) {
  const MonotonicTime end = clock.monotonic() + wait;
  while (!done() && clock.monotonic() < end) {
    if (signals.next(std::min(glance, end - clock.monotonic())) == Signals::Kind::stop) return true;
  }
  return false;
}

// Returns once all is ended, time is over, or a second signal asks not to wait.
void drain(Hub& hub, Signals& signals, const Clock& clock, Milliseconds drain_time) {
  // Shared: where a second signal comes first, the streams that are left end after this has returned.
  const auto drained = std::make_shared<std::atomic<bool>>(false);
  hub.drain([drained] { *drained = true; });
  if (stopped_within(signals, clock, drain_time + grace, [&] { return drained->load(); })) return;
  stopped_within(signals, clock, last_answers, [&] { return hub.open_connections() == 0; });
}

void say_what_to_open(const Hub& hub) {
  for (const std::string& address : hub.listening()) {
    if (address.starts_with("unix:")) continue;
    fmt::print("Tidings is running. Open http://{}/ to see it; Ctrl-C ends it.\n", address);
    std::fflush(stdout);
    return;
  }
}

}  // namespace

int serve(const Command& command, const Clock& clock, Random& random) {
  // Before any thread is: they inherit what is blocked.
  Signals signals;
  Config::Machine machine{
      .cores = usable_cores(), .descriptors = raise_descriptor_limit(), .table_a_shard = gives_descriptor_tables()};
  auto given = Given::read(command.sources);
  auto config = given.and_then([&](const Given& read) { return Config::from(read, machine); });
  if (!config) {
    fmt::print(stderr, "tidings: {}\n", config.error().line);
    return unusable;
  }
  observe::configure_log(config->log_level, config->log_format);
  machine.shards = config->shards;
  const Milliseconds drain_time = config->drain;
  const bool dev = config->dev;

  Hub hub(std::move(*given), std::move(*config), clock, random);
  if (const auto started = hub.start(); !started) {
    fmt::print(stderr, "tidings: can't start: {}\n", started.error().detail);
    return failed;
  }
  if (dev) say_what_to_open(hub);

  for (;;) {
    const auto signal = signals.next(std::nullopt);
    if (signal == Signals::Kind::stop) break;
    if (signal == Signals::Kind::reload) reload(hub, command.sources, machine);
  }
  drain(hub, signals, clock, drain_time);
  hub.stop();
  return 0;
}

}  // namespace tidings::hub
