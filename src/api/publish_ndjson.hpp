// Publishing line by line, as lines arrive and for as long as they do (SPEC §1.5): each line is an event of its own,
// and is answered by a line in the same order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "api/publish_rights.hpp"
#include "platform/clock.hpp"
#include "store/cursor.hpp"

namespace tidings::api {

// What one request may have waiting to be stored or to be answered; beyond it nothing is read.
inline constexpr std::size_t most_lines_under_way = 256;
inline constexpr std::size_t most_line_bytes_under_way = 1024 * 1024;
// How often it is asked whether token or key still stands and the hub still takes lines while none arrive.
inline constexpr Milliseconds standing_check{500};

// Sends the head at once. Lives until the answer has ended or the peer has gone.
void publish_ndjson(const Call& call, const Publisher& publisher);

// The answer to events that are stored, of which there is at least one: `{"ids":[…]}`.
[[nodiscard]] std::string ids_json(const std::vector<store::Cursor>& cursors);

}  // namespace tidings::api
