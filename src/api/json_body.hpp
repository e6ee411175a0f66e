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

// The most members that any object in such a body has: more than SPEC §1.2 allows. An ordered object finds a member by
// looking at all of them, and a body has room for thousands.
inline constexpr std::size_t most_members = 64;

// An object with no members but these. `body_malformed` where it is not JSON in UTF-8; `body_invalid` for another kind
// of value, for unknown members, and (at any depth) for members that stand twice and for more of them than there may
// be.
[[nodiscard]] Result<Json> parse_object(std::string_view text, std::initializer_list<std::string_view> members);

// Whether the body is of this media type: parameters are passed over, but for a charset other than UTF-8.
[[nodiscard]] bool has_media_type(const http::Request& request, std::string_view type);

}  // namespace tidings::api
