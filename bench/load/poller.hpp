// The one epoll set of the generator, and what can be in it.
#pragma once

#include <cstdint>

namespace tidings::bench {

// A socket, or standard input, that wants to hear when something happens to it.
class Source {
 public:
  // `events` as epoll_wait(2) tells them.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Source() = default;
};

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Until `fd` is closed; `source` outlives that. `events` as epoll_ctl(2) takes them.
  void watch(int fd, std::uint32_t events, Source& source);
  // Waits no longer than until `deadline` (of `now_nanoseconds`), and serves those that are ready.
  void serve(std::uint64_t deadline);
  // Serves until `deadline`.
  void stay(std::uint64_t deadline);

 private:
  int epoll_;
};

}  // namespace tidings::bench
