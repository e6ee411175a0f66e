// Writes lines to a descriptor without ever waiting for whoever reads them: a hub whose log collector hangs must go on.
// Lines are written by the caller's own thread, so that the last words before a crash are not lost in a queue.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidings::observe {

// What a pipe takes whole or not at all once poll(2) calls it writable (PIPE_BUF), newline included.
inline constexpr std::size_t longest_line = 4096;

// Writes `line`, which ends with its newline and is at most `longest_line` bytes; false where that could not be done
// at once. Two threads must not write to the same descriptor at the same time.
[[nodiscard]] bool write_line(int fd, std::string_view line);

}  // namespace tidings::observe
