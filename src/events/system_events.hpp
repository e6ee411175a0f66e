// The events that the hub itself sends (SPEC §1.3), as they stand on the wire. Every id is a cursor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/stream.hpp"
#include "events/timeline.hpp"
#include "platform/clock.hpp"

namespace tidings::events {

struct Hello {
  ConnectionId id;
  Milliseconds heartbeat{};
  Milliseconds retry{};
  bool resumed = false;
  WallTime expires_at;
};

// With the `retry:` line that sets a browser's reconnection time.
[[nodiscard]] std::string encode_hello(const Hello& hello, std::string_view cursor);
[[nodiscard]] std::string encode_ping(WallTime now, std::string_view cursor);
// `to` is the gap's own id.
[[nodiscard]] std::string encode_gap(GapReason reason, const std::optional<std::string>& from, std::string_view to);
[[nodiscard]] std::string encode_reauth(WallTime expires_at, std::string_view cursor);
// Draining spreads reconnections: `retry` is then this stream's own, and stands in a `retry:` line too.
[[nodiscard]] std::string encode_bye(Bye reason, Milliseconds retry, std::string_view cursor);

// `bye`'s reason on the wire.
[[nodiscard]] std::string_view name(Bye reason);

}  // namespace tidings::events
