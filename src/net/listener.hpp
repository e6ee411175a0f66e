// Listening sockets. Each shard has its own (SO_REUSEPORT), so that the kernel spreads connections over them; a Unix
// socket is one descriptor that all shards watch.
#pragma once

#include <string>
#include <vector>

#include "errors/error.hpp"
#include "net/address.hpp"
#include "platform/descriptor.hpp"

namespace tidings::net {

struct Listener {
  // One a shard, or one in all for a Unix socket; non-blocking, close-on-exec, listening.
  std::vector<Descriptor> sockets;
  std::string bound;  // with the port that the kernel chose, e.g. "127.0.0.1:43211" or "unix:/path"
};

// Refuses an address at which another process listens already (SO_REUSEPORT alone would share it silently), and says
// so. A stale Unix socket file (nobody answers there) is replaced; a live one, or another kind of file, is refused.
[[nodiscard]] Result<Listener> listen(const ListenAddress& address, std::size_t shards, int backlog = 4096);

}  // namespace tidings::net
