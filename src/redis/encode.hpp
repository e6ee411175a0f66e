// Commands as the server reads them: an array of bulk strings.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tidings::redis {

// Appends the command that `words` make up.
void append_command(std::string& to, std::span<const std::string_view> words);

}  // namespace tidings::redis
