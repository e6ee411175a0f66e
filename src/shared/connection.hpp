// What the parts of the shared store stand on: a thread's reactor, and a Redis that each has connections of its own to.
#pragma once

#include <string>

#include "net/reactor.hpp"
#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "redis/client.hpp"
#include "shared/names.hpp"

namespace tidings::shared {

struct Shared {
  net::Reactor& reactor;
  const Clock& clock;
  Random& random;
  observe::Metrics& metrics;
  const redis::Address& address;
  const Names& names;
};

// `name`: what a connection is for, a constant.
[[nodiscard]] inline redis::ClientSettings client_settings(const redis::Address& address, std::string name) {
  redis::ClientSettings settings;
  settings.address = address;
  settings.name = std::move(name);
  return settings;
}

}  // namespace tidings::shared
