#include "hub/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hub/config_checks.hpp"
#include "hub/values.hpp"
#include "platform/duration.hpp"
#include "platform/size.hpp"

namespace tidings::hub {
namespace {

// Typed values out of what was given. Every value was checked by its kind, so that nothing can fail here.
class Typed {
 public:
  explicit Typed(const Given& given) : given_(given) {}

  [[nodiscard]] std::string text(std::string_view name) const { return given_.one(name)->text; }
  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view name) const {
    const GivenValue* value = given_.one(name);
    return value == nullptr ? std::nullopt : std::optional(value->text);
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    for (const GivenValue& value : given_.all(name)) all.push_back(value.text);
    return all;
  }
  [[nodiscard]] Milliseconds duration(std::string_view name) const { return *parse_duration(text(name)); }
  [[nodiscard]] std::size_t size(std::string_view name) const { return *parse_size(text(name)); }
  [[nodiscard]] std::size_t count(std::string_view name) const { return *parse_count(text(name)); }
  [[nodiscard]] std::size_t count_or(std::string_view name, std::size_t otherwise) const {
    return given_.one(name) == nullptr ? otherwise : count(name);
  }
  [[nodiscard]] bool flag(std::string_view name) const { return *parse_flag(text(name)); }

 private:
  const Given& given_;
};

store::Durability durability_named(std::string_view name) {
  if (name == "memory") return store::Durability::memory;
  return name == "process" ? store::Durability::process : store::Durability::fsync;
}

observe::Level level_named(std::string_view name) {
  if (name == "debug") return observe::Level::debug;
  if (name == "warning") return observe::Level::warning;
  return name == "error" ? observe::Level::error : observe::Level::info;
}

void take_addresses(Config& config, const Typed& values) {
  for (const auto& text : values.texts("listen")) config.listen.push_back(*net::ListenAddress::parse(text));
  if (const auto text = values.maybe_text("admin.listen")) config.admin_listen = *net::ListenAddress::parse(*text);
  for (const auto& text : values.texts("proxy.trusted")) config.proxy_trusted.push_back(*net::IpNetwork::parse(text));
  config.cors_origins = values.texts("cors.origins");
}

void take_log(Config& config, const Typed& values) {
  const std::string store = values.text("store");
  config.store = store == "memory" ? StoreKind::memory : StoreKind::embedded;
  if (auto address = redis::Address::parse(store)) {
    config.store = StoreKind::redis;
    config.redis_address = *std::move(address);
  }
  config.redis_prefix = values.text("redis.prefix");
  config.data_dir = values.text("data_dir");
  const std::string durability = values.text("log.durability");
  config.durability = durability_named(durability);
  config.replicas = durability == "primary" ? std::optional<std::size_t>(0) : parse_replicas(durability);
  config.retention.age = values.duration("log.retention_age");
  config.retention.events = values.count("log.retention_events");
  config.retention.bytes = values.size("log.retention_bytes");
  config.log_level = level_named(values.text("log.level"));
  config.log_format = values.text("log.format") == "json" ? observe::Format::json : observe::Format::text;
}

void take_credentials(Config& config, const Typed& values) {
  config.auth_secret = values.maybe_text("auth.secret");
  if (const auto name = values.maybe_text("auth.algorithm")) config.auth_algorithm = auth::parse_algorithm(*name);
  config.auth_keys = values.texts("auth.keys");
  config.auth_issuer = values.maybe_text("auth.issuer");
  config.auth_audience = values.maybe_text("auth.audience");
  config.auth_claim = values.text("auth.claim");
  config.auth_clock_skew = values.duration("auth.clock_skew");
  config.auth_allow_query_token = values.flag("auth.allow_query_token");
  config.publish_keys = values.texts("publish.key");
  config.session_ttl = values.duration("session.ttl");
  config.session_per_user = values.count("session.per_user");
  config.sse_token_ttl = values.duration("sse_token.ttl");
  config.sse_token_secret = values.maybe_text("sse_token.secret");
}

void take_streams(Config& config, const Typed& values) {
  config.stream_heartbeat = values.duration("stream.heartbeat");
  config.stream_retry = values.duration("stream.retry");
  config.stream_write_timeout = values.duration("stream.write_timeout");
  config.drain = values.duration("drain");
  config.dev = values.flag("dev");
}

// What all shards together can hold.
std::size_t connections_in(const Config::Machine& machine, std::size_t shards) {
  const std::size_t a_table = machine.descriptors > 2 * descriptors_kept_back
                                  ? machine.descriptors - descriptors_kept_back
                                  : machine.descriptors / 2;
  if (!machine.table_a_shard || shards == 1) return a_table;
  // The kernel spreads connections by a hash, so that a shard's share strays from the mean by its root. Five times that
  // is left, or a full shard's clients would wait in vain while others have room.
  const auto straying = static_cast<std::size_t>(5 * std::sqrt(static_cast<double>(a_table)));
  return shards * (a_table - std::min(straying, a_table / 2));
}

void take_limits(Config& config, const Typed& values, const Config::Machine& machine) {
  config.shards = values.count_or("shards", std::clamp<std::size_t>(machine.cores, 1, find_setting("shards")->most));
  const std::size_t descriptors = connections_in(machine, machine.shards.value_or(config.shards));
  config.limits_connections = values.count_or("limits.connections", descriptors);
  config.limits_streams = values.count_or("limits.streams", descriptors);
  config.limits_streams_per_user = values.count("limits.streams_per_user");
  config.limits_streams_per_address = values.count_or("limits.streams_per_address", 0);
  config.limits_sessions = values.count("limits.sessions");
  config.limits_header_bytes = values.size("limits.header_bytes");
  config.limits_header_fields = values.count("limits.header_fields");
  config.limits_request_time = values.duration("limits.request_time");
  config.limits_idle_time = values.duration("limits.idle_time");
  config.limits_body_bytes = values.size("limits.body_bytes");
  config.limits_event_bytes = values.size("limits.event_bytes");
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

// A default that depends on the machine; nothing for all other settings.
std::optional<std::size_t> computed(std::string_view name, const Config& config) {
  if (name == "shards") return config.shards;
  if (name == "limits.streams") return config.limits_streams;
  if (name == "limits.connections") return config.limits_connections;
  return std::nullopt;
}

std::string line_of(const Setting& setting, const Given& given, const Config& config) {
  const auto& values = given.all(setting.name);
  if (values.empty()) {
    if (const auto number = computed(setting.name, config)) return fmt::format("{} = {}", setting.name, *number);
    return fmt::format("# {} is not set", setting.name);
  }
  const bool bare = setting.kind == Kind::flag || setting.kind == Kind::count;
  std::string text;
  for (const GivenValue& value : values) {
    if (!text.empty()) text += ", ";
    text += bare ? value.text : in_quotes(shown(setting, value.text));
  }
  return fmt::format(fmt::runtime(setting.repeatable ? "{} = [{}]" : "{} = {}"), setting.name, text);
}

}  // namespace

Configured<Config> Config::read(const Sources& sources, const Machine& machine) {
  return Given::read(sources).and_then([&](const Given& given) { return Config::from(given, machine); });
}

Configured<Config> Config::from(const Given& given, const Machine& machine) {
  const Typed values(given);
  Config config;
  take_addresses(config, values);
  take_log(config, values);
  take_credentials(config, values);
  take_streams(config, values);
  take_limits(config, values, machine);
  if (auto fault = fault_of(config)) return refuse(std::move(*fault));
  return config;
}

std::string effective_configuration(const Given& given, const Config& config) {
  std::string text;
  for (const Setting& setting : all_settings()) {
    if (!setting.unavailable) text += line_of(setting, given, config) + "\n";
  }
  return text;
}

}  // namespace tidings::hub
