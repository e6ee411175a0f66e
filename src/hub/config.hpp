// The hub's configuration as values of their own types: what `serve` starts from, checked whole before anything starts.
//
//   auto config = Config::read(sources);
//   if (!config) { print(config.error().line); return 2; }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/keys.hpp"
#include "hub/given.hpp"
#include "net/address.hpp"
#include "observe/log.hpp"
#include "platform/clock.hpp"
#include "redis/address.hpp"
#include "store/event_log.hpp"

namespace tidings::hub {

enum class StoreKind : std::uint8_t { memory, embedded, redis };

// Named as the settings are (SPEC §8).
struct Config {
  std::vector<net::ListenAddress> listen;
  std::optional<net::ListenAddress> admin_listen;
  std::vector<net::IpNetwork> proxy_trusted;

  StoreKind store = StoreKind::embedded;
  redis::Address redis_address;  // of a store in Redis
  std::string redis_prefix;
  std::string data_dir;
  store::Durability durability = store::Durability::fsync;  // of a store of the hub's own
  std::optional<std::size_t> replicas;  // that must confirm, where durability is one of Redis: 0 for `primary`
  store::Retention retention;

  std::optional<std::string> auth_secret;
  std::optional<auth::Algorithm> auth_algorithm;
  std::vector<std::string> auth_keys;  // paths
  std::optional<std::string> auth_issuer;
  std::optional<std::string> auth_audience;
  std::string auth_claim;
  Milliseconds auth_clock_skew{};
  bool auth_allow_query_token = false;

  std::vector<std::string> publish_keys;
  Milliseconds session_ttl{};
  std::size_t session_per_user = 0;
  Milliseconds sse_token_ttl{};
  std::optional<std::string> sse_token_secret;

  Milliseconds stream_heartbeat{};
  Milliseconds stream_retry{};
  Milliseconds stream_write_timeout{};
  std::vector<std::string> cors_origins;
  std::size_t shards = 1;
  Milliseconds drain{};

  std::size_t limits_streams = 0;
  std::size_t limits_streams_per_user = 0;
  std::size_t limits_streams_per_address = 0;  // 0: none
  std::size_t limits_connections = 0;
  std::size_t limits_sessions = 0;
  std::size_t limits_header_bytes = 0;
  std::size_t limits_header_fields = 0;
  Milliseconds limits_request_time{};
  Milliseconds limits_idle_time{};
  std::size_t limits_body_bytes = 0;
  std::size_t limits_event_bytes = 0;

  observe::Level log_level = observe::Level::info;
  observe::Format log_format = observe::Format::text;
  bool dev = false;

  // What the machine allows, which some defaults follow.
  struct Machine {
    std::size_t cores = 1;
    std::size_t descriptors = 1024;                    // that one table of them may hold
    bool table_a_shard = false;                        // whether each shard's thread has a table of its own
    std::optional<std::size_t> shards = std::nullopt;  // that run already, whatever the configuration says by now
  };

  // Reads the sources, checks each value and then what settings mean together. Loads no keys (hub/keys.hpp).
  [[nodiscard]] static Configured<Config> read(const Sources& sources, const Machine& machine);
  [[nodiscard]] static Configured<Config> from(const Given& given, const Machine& machine);
};

// Descriptors of a table that connections and streams do not get: listeners, the store's files, epoll sets, logs.
inline constexpr std::size_t descriptors_kept_back = 512;

// What `check-config` prints: every setting with its value, as TOML, secrets as ***.
[[nodiscard]] std::string effective_configuration(const Given& given, const Config& config);

}  // namespace tidings::hub
