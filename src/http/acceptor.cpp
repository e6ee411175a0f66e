#include "http/acceptor.hpp"

#include <sys/epoll.h>

#include <cstring>
#include <utility>

#include "net/socket.hpp"
#include "observe/log.hpp"

namespace tidings::http {

Acceptor::~Acceptor() { stop(); }

Result<void> Acceptor::start() {
  renew_options();
  // Level-triggered: whoever is left waiting after a turn is told of again.
  auto added = table_.reactor().add_newcomer(socket_, EPOLLIN, *this);
  watching_ = added.has_value();
  return added;
}

void Acceptor::stop() {
  table_.reactor().timers().cancel(*this);
  if (std::exchange(watching_, false)) table_.reactor().remove(socket_, *this);
}

void Acceptor::renew_options() {
  const Milliseconds user_timeout = table_.limits().write_timeout.load(std::memory_order_relaxed);
  if (user_timeout == user_timeout_) return;
  net::set_stream_options(socket_, user_timeout);
  user_timeout_ = user_timeout;
  older_ = net::waiting_connections(socket_);
}

void Acceptor::on_ready(std::uint32_t) {
  renew_options();
  for (int i = 0; i < accepts_per_turn; ++i) {
    net::Accepted accepted = net::accept_one(socket_);
    switch (accepted.outcome) {
      case net::Accept::accepted:
        if (older_ > 0) {
          --older_;
          net::set_stream_options(accepted.socket.get(), user_timeout_);
        }
        table_.open(std::move(accepted.socket), accepted.peer);
        break;
      case net::Accept::transient:
        break;
      case net::Accept::none:
        exhausted_ = false;
        return;
      case net::Accept::exhausted:
        return wait_for_descriptors(accepted.error);
      case net::Accept::failed:
        observe::log(observe::Level::error, "accept_failed", {{"detail", std::strerror(accepted.error)}});
        return stop();
    }
  }
}

void Acceptor::wait_for_descriptors(int error) {
  if (!std::exchange(exhausted_, true)) {
    table_.probe().exhausted.add();
    observe::log(observe::Level::warning, "descriptors_exhausted", {{"detail", std::strerror(error)}});
  }
  stop();
  table_.reactor().timers().arm(*this, table_.reactor().now() + pause);
}

void Acceptor::on_timer() {
  if (!start()) table_.reactor().timers().arm(*this, table_.reactor().now() + pause);
}

}  // namespace tidings::http
