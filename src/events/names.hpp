// The names of SPEC §2 and their rules.
#pragma once

#include <string_view>

namespace tidings::events {

// [A-Za-z0-9_.:-]{1,128}, segments joined by ".", none empty.
[[nodiscard]] bool valid_type(std::string_view text);
// [A-Za-z0-9_.:@-]{1,128}, segments joined by ":", none empty.
[[nodiscard]] bool valid_channel(std::string_view text);
// 1-255 bytes of UTF-8 without control characters.
[[nodiscard]] bool valid_user(std::string_view text);
// The types that only the hub itself may send: hello, ping, gap, reauth, bye; and open and error, which browsers' own
// EventSource dispatches.
[[nodiscard]] bool reserved_type(std::string_view text);
// A label's name: [a-z0-9_]{1,32}.
[[nodiscard]] bool valid_label_name(std::string_view text);

}  // namespace tidings::events
