// Files that are part of the program (cmake/embed.cmake makes them so), so that it is served whole without a folder
// beside it.
#pragma once

#include <optional>
#include <string_view>

namespace tidings::api {

// The content of a file of this room by its path within it, e.g. "demo/index.html".
[[nodiscard]] std::optional<std::string_view> embedded_file(std::string_view path);

}  // namespace tidings::api
