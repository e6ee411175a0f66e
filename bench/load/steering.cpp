#include "steering.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "clock.hpp"

namespace tidings::bench {

// Told for as long as there is something to read: the end may come with the last line, in one edge.
Steering::Steering(Poller& poller) : poller_(poller) { poller.watch(STDIN_FILENO, EPOLLIN, *this); }

void Steering::wait(const char* reached) {
  std::puts(reached);
  std::fflush(stdout);
  const std::size_t before = lines_;
  while (lines_ == before && !ended_) poller_.serve(now_nanoseconds() + second);
}

void Steering::on_ready(std::uint32_t /*events*/) {
  std::array<char, 64> buffer;
  const ssize_t length = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (length <= 0) {
    ended_ = true;
  } else {
    lines_ += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + length, '\n'));
  }
}

}  // namespace tidings::bench
