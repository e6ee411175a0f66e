// What is asked of a connected socket beyond reading and writing: accepting it, its options, and how long its peer has
// been silent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "errors/error.hpp"
#include "net/address.hpp"
#include "platform/clock.hpp"
#include "platform/descriptor.hpp"

struct tcp_info;

namespace tidings::net {

enum class Accept : std::uint8_t {
  accepted,
  none,       // nobody waits any more: the next edge tells
  transient,  // this one was gone before it was taken; try the next
  exhausted,  // no descriptors or memory (EMFILE, ENFILE, ENOBUFS, ENOMEM): somebody still waits, and no edge will tell
  failed,     // the listening socket is of no use
};

struct Accepted {
  Accept outcome = Accept::none;
  Descriptor socket{};  // non-blocking, close-on-exec
  IpAddress peer{};
  int error = 0;  // errno, where nothing was accepted
};

// Takes one waiting connection from a non-blocking listening socket.
[[nodiscard]] Accepted accept_one(int listening_socket);

// What an unread backlog may pin in the kernel beyond what the network has in flight (TCP_NOTSENT_LOWAT), in bytes.
inline constexpr int unsent_limit = 16 * 1024;

// Small writes leave at once (TCP_NODELAY), little is queued unsent (`unsent_limit`), and a peer that acknowledges
// nothing for `user_timeout` is given up (TCP_USER_TIMEOUT, RFC 5482). Connections that reach a listening socket
// afterwards have from it what was set there. No effect on Unix sockets.
void set_stream_options(int socket, Milliseconds user_timeout);

// How many connections wait in a listening socket's queue to be accepted; 0 for a Unix socket, which doesn't say.
[[nodiscard]] std::size_t waiting_connections(int listening_socket);

// How long the peer has acknowledged nothing while something waited for it; 0 where all is acknowledged, and on Unix
// sockets, where what was written has arrived.
[[nodiscard]] Milliseconds unacknowledged_for(int socket);

// The same, from what the kernel says of a connection on which something is outstanding. The time since the last
// acknowledgement alone won't do: before a ping goes out, a live peer may have had nothing to acknowledge for long.
[[nodiscard]] Milliseconds silence_of(const tcp_info& info);

}  // namespace tidings::net
