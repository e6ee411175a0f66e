// Origins as browsers serialise them (RFC 6454 §6.2), which is what `cors.origins` is compared with, byte by byte.
#pragma once

#include <string_view>

namespace tidings::hub {

// "https://app.example", "http://[::1]:3000", "app-scheme://name": lower case, no path, no user, and no port that the
// scheme stands for already.
[[nodiscard]] bool well_formed_origin(std::string_view text);

}  // namespace tidings::hub
