#include "hub/config_checks.hpp"

#include <fmt/format.h>

#include <set>

namespace tidings::hub {
namespace {

bool symmetric(auth::Algorithm algorithm) {
  return algorithm == auth::Algorithm::HS256 || algorithm == auth::Algorithm::HS384 ||
         algorithm == auth::Algorithm::HS512;
}

std::optional<std::string> fault_of_keys(const Config& config) {
  if (!config.auth_secret && config.auth_keys.empty() && !config.dev) {
    return "auth.secret, auth.keys: neither is set, so that no access token could be verified; set one of them, or "
           "dev = true to try the hub out";
  }
  if (config.auth_secret && config.auth_algorithm && !symmetric(*config.auth_algorithm)) {
    return fmt::format(
        "auth.algorithm = \"{}\": can't be used with auth.secret, which signs with HS256, HS384 or HS512",
        auth::name(*config.auth_algorithm));
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_development(const Config& config) {
  if (!config.dev) return std::nullopt;
  const auto refused = [](std::string_view name, const net::ListenAddress& address) {
    return fmt::format(
        "{} = \"{}\": a development hub (dev = true) gives tokens to whoever asks, so it listens on loopback only",
        name, address.text);
  };
  for (const net::ListenAddress& address : config.listen) {
    if (!address.loopback()) return refused("listen", address);
  }
  if (config.admin_listen && !config.admin_listen->loopback()) return refused("admin.listen", *config.admin_listen);
  return std::nullopt;
}

std::optional<std::string> fault_of_store(const Config& config) {
  const bool shared = config.store == StoreKind::redis;
  if (shared && !config.sse_token_secret && !config.auth_secret) {
    return "store: hubs that share a Redis must sign SSE tokens alike; set sse_token.secret or auth.secret";
  }
  if (!shared && config.replicas) {
    return "log.durability: primary and replica:n are durabilities of Redis; set store to its URL, or memory, process "
           "or "
           "fsync here";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_addresses(const Config& config) {
  std::set<std::string_view> seen;
  const auto free_port = [](std::string_view text) { return text.ends_with(":0"); };
  for (const net::ListenAddress& address : config.listen) {
    if (!free_port(address.text) && !seen.insert(address.text).second) {
      return fmt::format("listen = \"{}\": is given twice", address.text);
    }
  }
  if (config.admin_listen && seen.contains(config.admin_listen->text)) {
    return fmt::format("admin.listen = \"{}\": must not be one of listen", config.admin_listen->text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of(const Config& config) {
  for (const auto rule : {fault_of_keys, fault_of_development, fault_of_store, fault_of_addresses}) {
    if (auto fault = rule(config)) return fault;
  }
  return std::nullopt;
}

}  // namespace tidings::hub
