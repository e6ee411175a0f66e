#include "observe/line_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tidings::observe {
namespace {

bool writable(int fd) {
  pollfd question{fd, POLLOUT, 0};
  return ::poll(&question, 1, 0) == 1 && (question.revents & POLLOUT) != 0;
}

}  // namespace

bool LineWriter::write(std::string_view line) {
  if (writable(fd_)) {
    ssize_t written = 0;
    do {
      written = ::write(fd_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written == static_cast<ssize_t>(line.size())) return true;
  }
  ++lost_;
  return false;
}

std::uint64_t LineWriter::take_lost() { return std::exchange(lost_, 0); }

}  // namespace tidings::observe
