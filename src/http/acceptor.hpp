// Takes connections from one listening socket, a few a turn, and waits a little where there are no descriptors left.
#pragma once

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

  ConnectionTable& table_;
  int socket_;
  bool watching_ = false;
  bool exhausted_ = false;  // since the last time that nobody was left waiting
};

}  // namespace tidings::http
