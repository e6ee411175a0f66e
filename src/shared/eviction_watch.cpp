#include "shared/eviction_watch.hpp"

#include <string_view>

#include "observe/log.hpp"

namespace tidings::shared {

EvictionWatch::EvictionWatch(observe::Metrics& metrics)
    : evicts_(metrics.gauge("tidings_redis_evicts", "1 where Redis is set to evict keys without a time to live")) {}

void EvictionWatch::look(redis::Client& client, MonotonicTime now) {
  if (now < next_) return;
  next_ = now + interval;
  // What CONFIG GET would say too, but for which fewer permissions are needed.
  client.command({"INFO", "memory"}, [this](const redis::CommandResult& result) {
    if (result) learn(*result);
  });
}

void EvictionWatch::learn(const redis::Reply& information) {
  constexpr std::string_view name = "maxmemory_policy:";
  const std::string_view text = information.text();
  const auto at = text.find(name);
  if (at == std::string_view::npos) {
    return observe::log(observe::Level::warning, "redis_eviction_unknown", {{"error", information.error_word()}});
  }
  const std::string_view rest = text.substr(at + name.size());
  const std::string policy(rest.substr(0, rest.find_first_of("\r\n")));
  const bool evicts = policy != "noeviction" && !policy.starts_with("volatile-");
  evicts_.set(evicts ? 1 : 0);
  if (!evicts) return policy_.clear();
  if (policy == policy_) return;
  policy_ = policy;
  observe::log(observe::Level::warning, "redis_may_evict",
               {{"policy", policy},
                {"detail", "Redis may drop the log when its memory is full; set maxmemory-policy noeviction"}});
}

}  // namespace tidings::shared
