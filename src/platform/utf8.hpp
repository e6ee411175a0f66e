// Whether bytes are UTF-8 (RFC 3629), asked of everything that came from outside and goes out again as text.
#pragma once

#include <string_view>

namespace tidings {

// False for overlong forms, surrogates, what is above U+10FFFF, and anything cut off. NUL is a character like others.
[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace tidings
