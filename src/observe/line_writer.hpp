// Writes lines to a descriptor without ever waiting for whoever reads them: a hub whose log collector hangs must go on.
// A line that does not fit is left out and counted, and the count is written once there is room again. Lines are
// written by the caller's own thread, so that the last words before a crash are not lost in a queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::observe {

// What a pipe takes whole or not at all once poll(2) calls it writable (PIPE_BUF), newline included.
inline constexpr std::size_t longest_line = 4096;

// Not thread-safe. Borrows the descriptor.
class LineWriter {
 public:
  explicit LineWriter(int fd) : fd_(fd) {}

  // Writes `line`, which ends with its newline and is at most `longest_line` bytes; false where it was left out.
  bool write(std::string_view line);
  // Lines that never came to be written are counted with the others.
  void count_lost(std::uint64_t lines) { lost_ += lines; }
  // Lines left out since this was last asked.
  [[nodiscard]] std::uint64_t take_lost();
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  int fd_;
  std::uint64_t lost_ = 0;
};

}  // namespace tidings::observe
