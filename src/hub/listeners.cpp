#include "hub/listeners.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "observe/log.hpp"

namespace tidings::hub {
namespace {

constexpr std::string_view unix_scheme = "unix:";

}  // namespace

Listeners::Listeners(Shards& shards, api::Services& services, api::Side side, const http::ServerLimits& limits,
                     http::ConnectionCount& count)
    : shards_(shards), side_(side), servers_(shards.size()) {
  shards_.on_each([&](std::size_t index, net::Reactor& reactor) {
    Shard& shard = servers_[index];
    shard.router = std::make_unique<api::Router>(services, side);
    shard.server = std::make_unique<http::Server>(reactor, *shard.router, limits, count, services.metrics);
  });
}

Listeners::~Listeners() {
  shards_.on_each([&](std::size_t index, net::Reactor&) {
    servers_[index].server->close();
    servers_[index].server.reset();
    servers_[index].sockets.clear();
  });
  // Exchanges that were let go above may still be told so in the turn that follows.
  shards_.on_each([&](std::size_t index, net::Reactor&) { servers_[index].router.reset(); });
  for (const std::string& address : bound_) {
    if (address.starts_with(unix_scheme)) ::unlink(address.c_str() + unix_scheme.size());
  }
}

Result<void> Listeners::listen(const net::ListenAddress& address) {
  auto listener = net::listen(address, shards_.size());
  if (!listener) return tl::unexpected<Error>(listener.error());
  const net::Listener& sockets = sockets_.emplace_back(std::move(*listener));
  bound_.push_back(sockets.bound);

  for (std::size_t index = 0; index < shards_.size(); ++index) {
    const Descriptor& socket = sockets.sockets[std::min(index, sockets.sockets.size() - 1)];
    Result<void> accepting;
    shards_.lend(index, socket.get(), [&](Result<Descriptor> lent) {
      accepting = std::move(lent).and_then([&](Descriptor own) {
        return servers_[index].server->listen(servers_[index].sockets.emplace_back(std::move(own)).get());
      });
    });
    if (!accepting) return accepting;
  }
  observe::log(observe::Level::info, "listening",
               {{"address", sockets.bound}, {"side", side_ == api::Side::admin ? "admin" : "everyone"}});
  return {};
}

void Listeners::drain() {
  shards_.on_each([&](std::size_t index, net::Reactor&) { servers_[index].server->drain(); });
}

}  // namespace tidings::hub
