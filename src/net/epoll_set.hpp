// An epoll set, and what was fetched from it and not yet told. One thread's.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "errors/error.hpp"
#include "platform/descriptor.hpp"

namespace tidings::net {

// Told when its descriptor is ready. Edge-triggered unless it was added otherwise: read or write until EAGAIN before
// waiting for the next edge. One descriptor a handler.
class EventHandler {
 public:
  virtual void on_ready(std::uint32_t epoll_events) = 0;

 protected:
  ~EventHandler() = default;
};

class EpollSet {
 public:
  static constexpr std::size_t most_fetched = 64;

  // std::system_error where the kernel gives none.
  EpollSet();

  // Fails (errno in the detail) only where the kernel is out of memory or watches. Without a handler an event does
  // nothing but end a wait.
  [[nodiscard]] Result<void> add(int fd, std::uint32_t events, EventHandler* handler);
  // After this the handler hears nothing more, not even of events that were already fetched. False where `fd` is not in
  // the set.
  bool remove(int fd, const EventHandler& handler);

  // Waits at most `timeout` milliseconds for events, and fetches `most` of them at the most (of `most_fetched`); how
  // many. Call it only once all that was fetched before is told.
  std::size_t fetch(std::size_t most, int timeout);
  // Tells the next event; false where none is left.
  bool tell();
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  [[nodiscard]] int descriptor() const { return set_.get(); }

 private:
  Descriptor set_;
  std::array<epoll_event, most_fetched> fetched_{};
  std::span<epoll_event> waiting_;  // fetched and not yet told
};

}  // namespace tidings::net
