#include "http/server.hpp"

#include <utility>
#include <vector>

#include "http/acceptor.hpp"
#include "http/connection_table.hpp"

namespace tidings::http {

struct Server::Impl {
  ConnectionTable table;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
};

Server::Server(net::Reactor& reactor, Handler& handler, const ServerLimits& limits, ConnectionCount& count,
               observe::Metrics& metrics)
    : impl_(new Impl{.table = {reactor, handler, limits, count, metrics}, .acceptors = {}}) {}

Server::~Server() = default;

Result<void> Server::listen(int listening_socket) {
  auto acceptor = std::make_unique<Acceptor>(impl_->table, listening_socket);
  if (auto started = acceptor->start(); !started) return started;
  impl_->acceptors.push_back(std::move(acceptor));
  return {};
}

void Server::drain() { impl_->table.drain(); }

void Server::close() {
  impl_->acceptors.clear();
  impl_->table.close();
}

std::size_t Server::open_connections() const { return impl_->table.size(); }

}  // namespace tidings::http
