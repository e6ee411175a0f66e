// The host and port that a request is meant for, as Host and absolute request-targets say them (RFC 3986 §3.2).
#pragma once

#include <string_view>

namespace tidings::http {

// Whether `text` is `host [ ":" port ]`: a name, an IPv4 address or an IPv6 address in brackets, never empty and
// without user information; a port of at most 65535.
[[nodiscard]] bool valid_authority(std::string_view text);

}  // namespace tidings::http
