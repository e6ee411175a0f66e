// What a page asks of a stream (SPEC §1.2, §1.3), from a query or from a session's body. Both become the same options,
// are checked by the same rules, and are merged when the stream opens.
#pragma once

#include <cstddef>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/sessions.hpp"
#include "errors/error.hpp"
#include "events/stream.hpp"
#include "http/query.hpp"
#include "platform/clock.hpp"

namespace tidings::api {

using events::most_labels;
inline constexpr std::size_t longest_label = 256;  // bytes of a value
// 16 digits, "-" and 20 digits. A longer `last_event_id` is kept as "?", which is as malformed and takes less memory.
inline constexpr std::size_t longest_cursor = 37;

// The parameters of a stream's query, checked. Unknown ones are ignored. `parameter_invalid`, `parameter_repeated`.
[[nodiscard]] Result<auth::SessionOptions> options_from_query(const http::Query& query, WallTime now);
// A session's body, checked. `body_malformed`, `body_invalid`.
[[nodiscard]] Result<auth::SessionOptions> options_from_body(std::string_view json, WallTime now);

// What `query` holds replaces what `session` holds; labels merge by name. `parameter_invalid` for too many labels.
[[nodiscard]] Result<auth::SessionOptions> merge(auth::SessionOptions session, auth::SessionOptions query);

// What a stream needs to know of options: types, channels, labels, form and start. `parameter_invalid`.
[[nodiscard]] Result<events::StreamOptions> stream_options(const auth::SessionOptions& options, WallTime now);

// `channel_forbidden`, naming the first that the permissions do not cover.
[[nodiscard]] Result<void> check_channels(const std::vector<events::Pattern>& channels,
                                          const auth::Permissions& permissions);

}  // namespace tidings::api
