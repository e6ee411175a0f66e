#include "redis/probe.hpp"

#include <utility>

#include "observe/log.hpp"

namespace tidings::redis {

using observe::Level;
using observe::log;

Probe::Probe(observe::Metrics& metrics, std::string connection, std::string address)
    : connection_(std::move(connection)),
      address_(std::move(address)),
      is_connected_(metrics.gauge("tidings_redis_connected", "Whether the primary can be used, by connection",
                                  {{"connection", connection_}})),
      losses_(metrics.counter("tidings_redis_losses_total", "Connections to the primary that were lost",
                              {{"connection", connection_}})),
      failures_(metrics.counter("tidings_redis_failed_attempts_total", "Attempts to connect that found no primary",
                                {{"connection", connection_}})),
      refusals_(metrics.counter("tidings_redis_refusals_total",
                                "Attempts to connect that the server refused, as for a wrong password",
                                {{"connection", connection_}})),
      unanswered_(metrics.counter("tidings_redis_unanswered_commands_total",
                                  "Commands that got no reply, or could not be sent", {{"connection", connection_}})) {}

void Probe::connected(std::string_view server, const Greeting& greeting) {
  is_connected_.set(1);
  unreachable_told_.reset();
  refused_told_.reset();
  log(Level::info, "redis_connected", {{"connection", connection_}, {"server", server}, {"version", greeting.version}});
}

void Probe::lost(std::string_view server, std::string_view reason) {
  is_connected_.set(0);
  losses_.add();
  log(Level::warning, "redis_lost", {{"connection", connection_}, {"server", server}, {"reason", reason}});
}

void Probe::failed(MonotonicTime now, const Ending& ending) {
  const bool refused = ending.cause == Ending::Cause::refused;
  (refused ? refusals_ : failures_).add();
  std::optional<MonotonicTime>& told = refused ? refused_told_ : unreachable_told_;
  if (told && now - *told < told_again) return;
  told = now;
  log(refused ? Level::error : Level::warning, refused ? "redis_refused" : "redis_unreachable",
      {{"connection", connection_}, {"address", address_}, {"reason", ending.reason}});
}

}  // namespace tidings::redis
