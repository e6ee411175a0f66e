#include "events/system_events.hpp"

#include <fmt/format.h>

#include "events/frame.hpp"

namespace tidings::events {
namespace {

std::string retry_line(Milliseconds retry) { return fmt::format("retry: {}\n", retry.count()); }

}  // namespace

std::string encode_hello(const Hello& hello, std::string_view cursor) {
  const std::string data = fmt::format(
      R"({{"connection_id":"{}","heartbeat_ms":{},"retry_ms":{},"resumed":{},"expires_at":"{}"}})", hello.id.text(),
      hello.heartbeat.count(), hello.retry.count(), hello.resumed, to_rfc3339(hello.expires_at));
  return retry_line(hello.retry) + encode_event("hello", cursor, data);
}

std::string encode_ping(WallTime now, std::string_view cursor) {
  return encode_event("ping", cursor, fmt::format(R"({{"time":"{}"}})", to_rfc3339(now)));
}

std::string encode_gap(GapReason reason, const std::optional<std::string>& from, std::string_view to) {
  const std::string quoted = from ? "\"" + *from + "\"" : "null";
  return encode_event("gap", to, fmt::format(R"({{"reason":"{}","from":{},"to":"{}"}})", name(reason), quoted, to));
}

std::string encode_reauth(WallTime expires_at, std::string_view cursor) {
  return encode_event("reauth", cursor, fmt::format(R"({{"expires_at":"{}"}})", to_rfc3339(expires_at)));
}

std::string encode_bye(Bye reason, Milliseconds retry, std::string_view cursor) {
  const bool reconnect = reason != Bye::revoked;
  const std::string event = encode_event(
      "bye", cursor,
      fmt::format(R"({{"reason":"{}","reconnect":{},"retry_ms":{}}})", name(reason), reconnect, retry.count()));
  return reason == Bye::draining ? retry_line(retry) + event : event;
}

std::string_view name(Bye reason) {
  switch (reason) {
    case Bye::draining:
      return "draining";
    case Bye::token_expired:
      return "token_expired";
    case Bye::revoked:
      return "revoked";
    case Bye::channel_lost:
      return "channel_lost";
    case Bye::disconnected:
      return "disconnected";
    case Bye::store_damaged:
      break;
  }
  return "store_damaged";
}

}  // namespace tidings::events
