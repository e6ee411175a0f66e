// Sessions that all hubs of one Redis share: whichever makes one, any can take it, and one stream comes of it
// (docs/decisions/0014-one-log-in-redis.md). One that was made before Redis may have lost something is void.
#pragma once

#include <memory>

#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "redis/address.hpp"
#include "shared/thread.hpp"
#include "store/event_log.hpp"
#include "store/session_store.hpp"

namespace tidings::shared {

struct SessionSettings {
  redis::Address address;
  std::string prefix = "tidings";
  std::size_t replicas = 0;  // that must have heard that a session was taken
  store::SessionLimits limits;
};

// Lives on `thread`, which must run for as long as the store is there, and from its making to its end.
[[nodiscard]] std::unique_ptr<store::SessionStore> make_session_store(SessionSettings settings, ReactorThread& thread,
                                                                      const Clock& clock, Random& random,
                                                                      observe::Metrics& metrics);

}  // namespace tidings::shared
