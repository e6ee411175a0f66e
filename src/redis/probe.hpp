// What operators see of a client: its metrics, and a log line where something changes. What lasts is told again once a
// minute, not with each attempt.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "observe/metrics.hpp"
#include "platform/clock.hpp"
#include "redis/link.hpp"

namespace tidings::redis {

class Probe {
 public:
  static constexpr Seconds told_again{60};

  // `connection` is a constant of the program; `address` is without secrets.
  Probe(observe::Metrics& metrics, std::string connection, std::string address);

  void connected(std::string_view server, const Greeting& greeting);
  void lost(std::string_view server, std::string_view reason);
  void stopped() { is_connected_.set(0); }
  // An attempt to connect that failed.
  void failed(MonotonicTime now, const Ending& ending);
  void unanswered(std::size_t commands) { unanswered_.add(commands); }

 private:
  std::string connection_;
  std::string address_;
  observe::Gauge& is_connected_;
  observe::Counter& losses_;
  observe::Counter& failures_;
  observe::Counter& refusals_;
  observe::Counter& unanswered_;
  // When each was told last in this outage.
  std::optional<MonotonicTime> unreachable_told_;
  std::optional<MonotonicTime> refused_told_;
};

}  // namespace tidings::redis
