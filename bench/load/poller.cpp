#include "poller.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>

#include "clock.hpp"
#include "give_up.hpp"

namespace tidings::bench {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Poller::~Poller() { ::close(epoll_); }

void Poller::watch(int fd, std::uint32_t events, Source& source) {
  epoll_event interest{.events = events, .data = {.ptr = &source}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest) != 0) give_up("epoll takes no more");
}

void Poller::serve(std::uint64_t deadline) {
  const std::uint64_t now = now_nanoseconds();
  const std::uint64_t left = deadline > now ? deadline - now : 0;
  const timespec wait{.tv_sec = static_cast<time_t>(left / second), .tv_nsec = static_cast<long>(left % second)};
  std::array<epoll_event, 512> ready;
  const int count = ::epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    static_cast<Source*>(event.data.ptr)->on_ready(event.events);
  }
}

void Poller::stay(std::uint64_t deadline) {
  while (now_nanoseconds() < deadline) serve(deadline);
}

}  // namespace tidings::bench
