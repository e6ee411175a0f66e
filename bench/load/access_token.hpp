// Access tokens as an application would sign them (RFC 7519, HS256).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::bench {

// `issued_at` in seconds since 1970; valid for an hour.
[[nodiscard]] std::string access_token(std::string_view user, std::string_view secret, std::int64_t issued_at);

}  // namespace tidings::bench
