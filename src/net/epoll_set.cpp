#include "net/epoll_set.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace tidings::net {

EpollSet::EpollSet() : set_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!set_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Result<void> EpollSet::add(int fd, std::uint32_t events, EventHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return fail(ErrorCode::internal, std::string("can't watch a descriptor: ") + std::strerror(errno));
}

bool EpollSet::remove(int fd, const EventHandler& handler) {
  epoll_event unused{};
  if (::epoll_ctl(set_.get(), EPOLL_CTL_DEL, fd, &unused) != 0) return false;
  for (epoll_event& event : waiting_) {
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
  return true;
}

std::size_t EpollSet::fetch(std::size_t most, int timeout) {
  // Negative only where a signal came first, which is as good as nothing having happened.
  const int got = ::epoll_wait(set_.get(), fetched_.data(), static_cast<int>(most), timeout);
  waiting_ = std::span(fetched_).first(static_cast<std::size_t>(std::max(got, 0)));
  return waiting_.size();
}

bool EpollSet::tell() {
  if (waiting_.empty()) return false;
  const epoll_event event = waiting_.front();
  waiting_ = waiting_.subspan(1);
  if (event.data.ptr != nullptr) static_cast<EventHandler*>(event.data.ptr)->on_ready(event.events);
  return true;
}

}  // namespace tidings::net
