#include "net/socket.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tidings::net {
namespace {

Accept accept_outcome(int error) {
  switch (error) {
    case EAGAIN:
      return Accept::none;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return Accept::exhausted;
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
      return Accept::failed;
    default:  // GCOVR_EXCL_LINE: as below
      // accept(2): the rest are the connection's own errors, and whatever a firewall makes of it.
      return Accept::transient;  // GCOVR_EXCL_LINE: takes a network that misbehaves
  }
}

}  // namespace

Accepted accept_one(int listening_socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  Accepted result;
  result.socket = Descriptor(
      ::accept4(listening_socket, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (result.socket) {
    result.outcome = Accept::accepted;
    result.peer = IpAddress::of(peer);
  } else {
    result.error = errno;
    result.outcome = accept_outcome(result.error);
  }
  return result;
}

void set_stream_options(int socket, Milliseconds user_timeout) {
  const int yes = 1;
  const auto timeout = static_cast<unsigned>(std::clamp<std::int64_t>(user_timeout.count(), 0, 0x7fffffff));
  // A Unix socket refuses all three, and needs none.
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_limit, sizeof unsent_limit);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

std::size_t waiting_connections(int listening_socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(listening_socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return info.tcpi_unacked;  // the length of a listening socket's queue, which ss(8) shows as Recv-Q
}

Milliseconds silence_of(const tcp_info& info) {
  const Milliseconds since_acknowledgement{info.tcpi_last_ack_recv};
  const Milliseconds since_sending{info.tcpi_last_data_sent};
  // What was written was first sent before all retransmissions, each of which doubled the time-out that ended in it.
  const int doublings = std::min<int>(info.tcpi_retransmits, 31);
  const std::uint64_t timeout = info.tcpi_rto;  // µs
  const Milliseconds retransmitting{(timeout - (timeout >> doublings)) / 1000};
  return std::min(since_acknowledgement, since_sending + retransmitting);
}

Milliseconds unacknowledged_for(int socket) {
  int outstanding = 0;
  if (::ioctl(socket, SIOCOUTQ, &outstanding) != 0 || outstanding == 0) return Milliseconds{0};
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return Milliseconds{0};
  return silence_of(info);
}

}  // namespace tidings::net
