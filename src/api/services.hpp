// What the resources stand on. The hub makes it and keeps it alive for as long as the servers run.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/publisher_keys.hpp"
#include "auth/revocations.hpp"
#include "auth/sessions.hpp"
#include "auth/tokens.hpp"
#include "events/stream.hpp"
#include "net/address.hpp"
#include "observe/metrics.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "shared/nodes.hpp"
#include "store/event_log.hpp"

namespace tidings::api {

struct ApiSettings {
  std::vector<std::string> cors_origins;  // exact
  std::vector<net::IpNetwork> trusted_proxies;
  bool allow_query_token = false;
  bool dev = false;
  // Where set, administration and metrics answer only on the admin listener; otherwise metrics only to loopback.
  bool separate_admin = false;
  std::string node;  // this hub's name in listings
  std::atomic<std::size_t> body_bytes{1024 * 1024};
  std::atomic<std::size_t> event_bytes{256 * 1024};
  // Signs a token in development (SPEC §8, `dev`); absent otherwise.
  std::function<Result<std::string>(const auth::TokenRequest&)> dev_token;
};

class Revoker;

struct Services {
  const ApiSettings& settings;
  const Clock& clock;
  Random& random;
  auth::Tokens& tokens;
  auth::Sessions& sessions;
  auth::Revocations& revocations;
  const auth::PublisherKeys& publisher_keys;
  store::EventLog& log;
  events::Streams& streams;
  observe::Metrics& metrics;
  std::atomic<bool>& draining;
  // Where the log is shared: the other hubs.
  shared::Nodes* nodes = nullptr;
  Revoker* revoker = nullptr;
};

}  // namespace tidings::api
