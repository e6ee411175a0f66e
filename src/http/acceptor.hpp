// Takes connections from one listening socket, a few a turn, and waits a little where there are no descriptors left.
//
// A connection's socket has the options that the listening one had when the kernel made it, so they are set there once
// and not three times a connection. Only those who were waiting when they changed are given them one by one.
#pragma once

#include <cstddef>

#include "http/connection_table.hpp"
#include "net/reactor.hpp"
#include "net/timer.hpp"

namespace tidings::http {

class Acceptor final : private net::EventHandler, private net::Timer {
 public:
  static constexpr int accepts_per_turn = 8;  // so that accepting never holds up those who are here already
  static constexpr Milliseconds pause{100};   // while descriptors are exhausted

  // `listening_socket` belongs to the caller and outlives this.
  Acceptor(ConnectionTable& table, int listening_socket) : table_(table), socket_(listening_socket) {}
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  [[nodiscard]] Result<void> start();
  void stop();

 private:
  void on_ready(std::uint32_t epoll_events) override;
  void on_timer() override;
  void wait_for_descriptors(int error);
  void renew_options();

  ConnectionTable& table_;
  int socket_;
  Milliseconds user_timeout_{-1};  // what the listening socket was told last
  std::size_t older_ = 0;          // how many waited when it was told, and still do: the first in the queue
  bool watching_ = false;
  bool exhausted_ = false;  // since the last time that nobody was left waiting
};

}  // namespace tidings::http
