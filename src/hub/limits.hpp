// Settings that the rooms below read at each use, so that a reload takes effect at once.
#pragma once

#include "api/services.hpp"
#include "events/stream.hpp"
#include "http/server.hpp"
#include "hub/config.hpp"
#include "store/session_store.hpp"

namespace tidings::hub {

struct Limits {
  http::ServerLimits server;
  events::StreamSettings streams;

  // Everything that a reload changes. Thread-safe.
  void apply_limits(const Config& config);
  // The rest, once, before anything reads it.
  void apply_settings(const Config& config);
};

[[nodiscard]] store::SessionLimits session_limits(const Config& config);

}  // namespace tidings::hub
