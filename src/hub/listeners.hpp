// The servers of all shards, and the sockets that they accept from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/router.hpp"
#include "errors/error.hpp"
#include "http/server.hpp"
#include "hub/shards.hpp"
#include "net/listener.hpp"

namespace tidings::hub {

// One side of the hub, everyone's or the administration's: a router and a server on each shard. Made, used and
// destroyed on the owner's thread; what belongs to a shard is made and destroyed on that shard's.
class Listeners {
 public:
  Listeners(Shards& shards, api::Services& services, api::Side side, const http::ServerLimits& limits,
            http::ConnectionCount& count);
  // Closes every connection.
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Listens, accepts from then on, and logs `listening`.
  [[nodiscard]] Result<void> listen(const net::ListenAddress& address);
  // See http::Server::drain.
  void drain();

  [[nodiscard]] const std::vector<std::string>& bound() const { return bound_; }

 private:
  struct Shard {
    // Of the shard's own descriptor table.
    std::vector<Descriptor> sockets;
    std::unique_ptr<api::Router> router;
    std::unique_ptr<http::Server> server;
  };

  Shards& shards_;
  api::Side side_;
  std::vector<Shard> servers_;
  // What the shards were lent, so that tools that look at the process see where it listens.
  std::vector<net::Listener> sockets_;
  std::vector<std::string> bound_;
};

}  // namespace tidings::hub
