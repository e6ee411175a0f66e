#include "steering.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "clock.hpp"

namespace tidings::bench {

Steering::Steering(Poller& poller) : poller_(poller) { poller.watch(STDIN_FILENO, EPOLLIN | EPOLLET, *this); }

void Steering::wait(const char* reached) {
  std::puts(reached);
  std::fflush(stdout);
  const std::size_t before = lines_;
  while (lines_ == before && !ended_) poller_.serve(now_nanoseconds() + second);
}

// The end may come with the last line, in one edge.
void Steering::on_ready(std::uint32_t events) {
  if ((events & EPOLLIN) != 0) {
    std::array<char, 64> buffer;
    const ssize_t length = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (length > 0) lines_ += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + length, '\n'));
  }
  if ((events & EPOLLHUP) != 0) ended_ = true;
}

}  // namespace tidings::bench
