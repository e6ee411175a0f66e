// What a backend publishes (SPEC §1.5), from JSON to an event that may be stored: every rule of the specification is
// checked here, so that nothing behind it has to doubt an event.
//
//   auto events = parse_body(body, {.event_bytes = settings.event_bytes.load()});
//   if (!events) return exchange->respond_error(events.error());
//
// Thread-safe, and holds nothing between calls.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "errors/error.hpp"
#include "store/record.hpp"

namespace tidings::events {

struct PublishLimits {
  // Of an event's compact data, or of its text, in bytes of UTF-8; `limits.event_bytes`.
  std::size_t event_bytes = 256 * 1024;
};

// Users and channels of one event together, duplicates counted once.
inline constexpr std::size_t most_recipients = 1'000;
// Levels of arrays and objects inside `data`: `[]` has one.
inline constexpr std::size_t deepest_data = 32;
// Bytes of an idempotency key.
inline constexpr std::size_t longest_key = 128;

// One event: what an NDJSON line holds, without its line end. Errors: `body_malformed` (not JSON, or not UTF-8),
// `event_invalid` (breaks a rule for events; the detail names the member), `event_too_large`.
[[nodiscard]] Result<store::Event> parse_event(std::string_view json, const PublishLimits& limits);

// One event or an array of them, all or none: what an `application/json` body holds. An array's errors name the index,
// from 0, in the detail. An empty array: `body_invalid`, as is anything that is neither an object nor an array.
[[nodiscard]] Result<std::vector<store::Event>> parse_body(std::string_view json, const PublishLimits& limits);

}  // namespace tidings::events
