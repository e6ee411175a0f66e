// What streams count, for `/metrics`.
#pragma once

#include <array>

#include "events/stream.hpp"
#include "events/timeline.hpp"
#include "observe/metrics.hpp"

namespace tidings::events {

struct StreamMetrics {
  explicit StreamMetrics(observe::Metrics& metrics);

  [[nodiscard]] observe::Counter& gap(GapReason reason) { return *gaps[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] observe::Counter& bye(Bye reason) { return *byes[static_cast<std::size_t>(reason)]; }

  observe::Gauge& open;
  observe::Counter& delivered;
  observe::Counter& writes;
  observe::Counter& blocked;
  observe::Counter& write_timeouts;
  observe::Counter& gave_way;
  observe::Counter& log_reads;
  observe::Counter& log_read_failures;
  std::array<observe::Counter*, 3> gaps{};
  std::array<observe::Counter*, 6> byes{};
};

}  // namespace tidings::events
