// Whether Redis may throw away what the hub keeps there: a log line and a metric where it is set to evict keys that
// have no time to live when its memory is full. Then it could drop the log whole, where it should refuse what is new.
#pragma once

#include <string>

#include "observe/metrics.hpp"
#include "redis/client.hpp"

namespace tidings::shared {

class EvictionWatch {
 public:
  static constexpr Seconds interval{60};

  explicit EvictionWatch(observe::Metrics& metrics);
  // Asks, where it is time to. On the client's thread; the client answers while this lives.
  void look(redis::Client& client, MonotonicTime now);
  // At the next look it is time.
  void look_soon() { next_ = {}; }

 private:
  void learn(const redis::Reply& information);

  observe::Gauge& evicts_;
  MonotonicTime next_{};
  std::string policy_;  // the last that was complained of
};

}  // namespace tidings::shared
