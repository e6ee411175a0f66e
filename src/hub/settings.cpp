#include "hub/settings.hpp"

#include <algorithm>
#include <array>

#include "platform/clock.hpp"

namespace tidings::hub {
namespace {

constexpr std::uint64_t second = 1000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t year = 365 * 24 * hour;
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = 1024 * 1024 * mib;

constexpr std::string_view algorithms =
    "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA";

using enum Kind;

constexpr std::array settings{
    Setting{.name = "listen",
            .kind = address,
            .default_value = "127.0.0.1:8080",
            .about = "where to listen",
            .repeatable = true},
    Setting{.name = "admin.listen", .kind = address, .about = "where alone to answer administration and metrics"},
    Setting{.name = "tls.certificate", .kind = path, .about = "PEM file", .unavailable = true},
    Setting{.name = "tls.key", .kind = path, .about = "PEM file", .unavailable = true},
    Setting{
        .name = "proxy.trusted", .kind = network, .about = "whose Forwarded fields are believed", .repeatable = true},
    Setting{.name = "store", .kind = store, .default_value = "embedded", .about = "where events are kept"},
    Setting{.name = "data_dir", .kind = path, .default_value = "tidings-data", .about = "the hub's own folder"},
    Setting{.name = "redis.prefix", .kind = text, .default_value = "tidings", .about = "of the hub's names in Redis"},
    Setting{.name = "log.durability",
            .kind = durability,
            .default_value = "fsync",
            .about = "what an acknowledged event survives"},
    Setting{.name = "log.retention_age",
            .kind = duration,
            .default_value = "24h",
            .about = "how long events are kept",
            .least = 1,
            .most = 10 * year},
    Setting{.name = "log.retention_events",
            .kind = count,
            .default_value = "1000000",
            .about = "how many events are kept",
            .least = 1,
            .most = 1'000'000'000'000},
    Setting{.name = "log.retention_bytes",
            .kind = size,
            .default_value = "1GiB",
            .about = "how much of them is kept",
            .least = 1,
            .most = 1024 * tib},
    Setting{.name = "auth.secret",
            .kind = secret,
            .about = "shared secret that access tokens are signed with",
            .least = 32},
    Setting{.name = "auth.algorithm",
            .kind = choice,
            .about = "of auth.secret (HS256), or alone allowed of PEM keys",
            .allowed = algorithms},
    Setting{.name = "auth.keys",
            .kind = key_source,
            .about = "PEM or JWKS file that verifies access tokens",
            .repeatable = true},
    Setting{.name = "auth.issuer", .kind = text, .about = "that tokens must have as iss"},
    Setting{.name = "auth.audience", .kind = text, .about = "that tokens must have as aud"},
    Setting{.name = "auth.claim", .kind = text, .default_value = "tidings", .about = "that holds the permissions"},
    Setting{.name = "auth.clock_skew",
            .kind = duration,
            .default_value = "60s",
            .about = "leeway for exp, nbf and iat",
            .least = 0,
            .most = hour},
    Setting{
        .name = "auth.allow_query_token", .kind = flag, .default_value = "false", .about = "take SSE tokens in a URL"},
    Setting{.name = "publish.key",
            .kind = secret,
            .about = "static key of a backend",
            .repeatable = true,
            .least = 32,
            .bearer = true},
    Setting{.name = "session.ttl",
            .kind = duration,
            .default_value = "30s",
            .about = "life of an unused session",
            .least = 100,
            .most = hour},
    Setting{.name = "session.per_user",
            .kind = count,
            .default_value = "64",
            .about = "unused sessions of a user",
            .least = 1,
            .most = 1'000'000},
    Setting{.name = "sse_token.ttl",
            .kind = duration,
            .default_value = "60s",
            .about = "life of an SSE token",
            .least = second,
            .most = 24 * hour},
    Setting{.name = "sse_token.secret", .kind = secret, .about = "that SSE tokens are signed with", .least = 32},
    Setting{.name = "stream.heartbeat",
            .kind = duration,
            .default_value = "15s",
            .about = "time between pings",
            .least = 50,
            .most = hour},
    Setting{.name = "stream.retry",
            .kind = duration,
            .default_value = "1s",
            .about = "reconnection time for clients",
            .least = 1,
            .most = hour},
    Setting{.name = "stream.write_timeout",
            .kind = duration,
            .default_value = "60s",
            .about = "after which a stream that takes no byte is closed",
            .least = 100,
            .most = hour},
    Setting{.name = "cors.origins", .kind = origin, .about = "whose pages may call the hub", .repeatable = true},
    Setting{.name = "shards", .kind = count, .about = "reactor threads (the number of cores)", .least = 1, .most = 255},
    Setting{.name = "drain",
            .kind = duration,
            .default_value = "20s",
            .about = "time over which SIGTERM ends streams",
            .least = 0,
            .most = hour},
    Setting{.name = "limits.streams",
            .kind = count,
            .about = "streams in all (what descriptors allow)",
            .least = 1,
            .most = 100'000'000},
    Setting{.name = "limits.streams_per_user",
            .kind = count,
            .default_value = "100",
            .about = "streams of a user",
            .least = 1,
            .most = 100'000'000},
    Setting{.name = "limits.streams_per_address",
            .kind = count,
            .about = "streams of a client address",
            .least = 1,
            .most = 100'000'000},
    Setting{.name = "limits.connections",
            .kind = count,
            .about = "connections in all (what descriptors allow)",
            .least = 1,
            .most = 100'000'000},
    Setting{.name = "limits.sessions",
            .kind = count,
            .default_value = "100000",
            .about = "unused sessions in all",
            .least = 1,
            .most = 100'000'000},
    Setting{.name = "limits.header_bytes",
            .kind = size,
            .default_value = "16KiB",
            .about = "request line and fields together",
            .least = 256,
            .most = mib},
    Setting{.name = "limits.header_fields",
            .kind = count,
            .default_value = "64",
            .about = "fields of a request",
            .least = 1,
            .most = 10'000},
    Setting{.name = "limits.request_time",
            .kind = duration,
            .default_value = "10s",
            .about = "for a head, and for a body that is read whole",
            .least = 10,
            .most = hour},
    Setting{.name = "limits.idle_time",
            .kind = duration,
            .default_value = "75s",
            .about = "between two requests",
            .least = 10,
            .most = 24 * hour},
    Setting{.name = "limits.body_bytes",
            .kind = size,
            .default_value = "1MiB",
            .about = "of a body that is not NDJSON",
            .least = kib,
            .most = 64 * mib},
    Setting{.name = "limits.event_bytes",
            .kind = size,
            .default_value = "256KiB",
            .about = "of an event's data or text",
            .least = 1,
            .most = 16 * mib},
    Setting{.name = "log.level",
            .kind = choice,
            .default_value = "info",
            .about = "least severe line of the hub's log",
            .allowed = "debug, info, warning, error"},
    Setting{.name = "log.format",
            .kind = choice,
            .default_value = "text",
            .about = "of the hub's log",
            .allowed = "text, json"},
    Setting{.name = "dev",
            .kind = flag,
            .default_value = "false",
            .about = "demo page, a made-up secret, tokens for the asking; loopback only"},
};

}  // namespace

std::span<const Setting> all_settings() { return settings; }

const Setting* find_setting(std::string_view name) {
  const auto* found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : found;
}

std::string environment_name(std::string_view setting) {
  std::string name = "TIDINGS_";
  for (const char c : setting) {
    const bool lower = c >= 'a' && c <= 'z';
    name += lower ? static_cast<char>(c - 'a' + 'A') : (c == '.' ? '_' : c);
  }
  return name;
}

}  // namespace tidings::hub
