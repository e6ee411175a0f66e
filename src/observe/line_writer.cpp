#include "observe/line_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace tidings::observe {
namespace {

bool writable(int fd) {
  pollfd question{fd, POLLOUT, 0};
  // Not where the reader is gone (POLLERR) either: writing would raise SIGPIPE.
  return ::poll(&question, 1, 0) == 1 && question.revents == POLLOUT;
}

}  // namespace

bool write_line(int fd, std::string_view line) {
  if (!writable(fd)) return false;
  ssize_t written = 0;
  do {
    written = ::write(fd, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(line.size());
}

}  // namespace tidings::observe
