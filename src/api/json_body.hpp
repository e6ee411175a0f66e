// JSON objects that requests carry where speed does not matter (events have their own parser:
// events/publish_parser.hpp).
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "api/call.hpp"
#include "http/request.hpp"

namespace tidings::api {

// The most that a body read by `parse_object` may hold, in bytes: the longest that SPEC §1.2 allows, with room.
inline constexpr std::size_t object_body_bytes = 64 * 1024;

// An object with no members but these. `body_malformed` where it is not JSON in UTF-8; `body_invalid` for another kind
// of value, for unknown members, and for members that stand twice (at any depth).
[[nodiscard]] Result<Json> parse_object(std::string_view text, std::initializer_list<std::string_view> members);

// Whether the body is of this media type: parameters are passed over, but for a charset other than UTF-8.
[[nodiscard]] bool has_media_type(const http::Request& request, std::string_view type);

}  // namespace tidings::api
