#include "net/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace tidings::net {
namespace {

// Who may connect to a Unix socket: its owner and group, such as a reverse proxy's.
constexpr mode_t unix_socket_mode = 0660;

const sockaddr* generic(const sockaddr_storage& storage) { return reinterpret_cast<const sockaddr*>(&storage); }

tl::unexpected<Error> failed(const ListenAddress& address, std::string_view why) {
  return fail(ErrorCode::internal, "can't listen on " + address.text + ": " + std::string(why));
}
tl::unexpected<Error> failed_with(const ListenAddress& address, int error) {
  if (error == EADDRINUSE) return failed(address, "another process listens there");
  return failed(address, std::strerror(error));
}

Result<Descriptor> open_socket(const ListenAddress& address) {
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return failed_with(address, errno);
  return socket;
}

void switch_on(const Descriptor& socket, int level, int option) {
  const int yes = 1;
  ::setsockopt(socket.get(), level, option, &yes, sizeof yes);
}

// The first of several is bound and listens before it shares its address: were it to
// share from the start, the kernel would let a second hub in beside it.
Result<Descriptor> open_tcp(const ListenAddress& address, bool first, int backlog) {
  auto socket = open_socket(address);
  if (!socket) return socket;
  switch_on(*socket, SOL_SOCKET, SO_REUSEADDR);  // or connections that are still closing would keep us out
  if (address.storage.ss_family == AF_INET6) switch_on(*socket, IPPROTO_IPV6, IPV6_V6ONLY);
  if (!first) switch_on(*socket, SOL_SOCKET, SO_REUSEPORT);
  if (::bind(socket->get(), generic(address.storage), address.length) != 0 || ::listen(socket->get(), backlog) != 0) {
    return failed_with(address, errno);
  }
  if (first) switch_on(*socket, SOL_SOCKET, SO_REUSEPORT);
  return socket;
}

std::string name_of(const sockaddr_storage& bound) {
  const bool v6 = bound.ss_family == AF_INET6;
  const auto port = ntohs(v6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                             : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  const std::string host = IpAddress::of(bound).text();
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Result<Listener> listen_tcp(ListenAddress address, std::size_t shards, int backlog) {
  Listener listener;
  for (std::size_t shard = 0; shard < shards; ++shard) {
    auto socket = open_tcp(address, shard == 0, backlog);
    if (!socket) return tl::unexpected(socket.error());
    // The others get the port that the kernel chose for the first.
    socklen_t length = sizeof address.storage;
    if (shard == 0) ::getsockname(socket->get(), reinterpret_cast<sockaddr*>(&address.storage), &length);
    listener.sockets.push_back(std::move(*socket));
  }
  listener.bound = name_of(address.storage);
  return listener;
}

// Why the path can't be had; nothing where it is free, after a stale socket there was deleted.
std::optional<std::string> clear_path(const ListenAddress& address) {
  const char* const path = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
  struct stat status {};
  if (::lstat(path, &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return std::strerror(errno);
  }
  if (!S_ISSOCK(status.st_mode)) return "another kind of file is in its place";
  const auto probe = open_socket(address);
  if (!probe) return probe.error().detail;
  // Anything but a refusal (accepted, or a full backlog) comes from somebody alive, or from somebody else's socket.
  if (::connect(probe->get(), generic(address.storage), address.length) == 0) return "another process listens there";
  if (errno == EAGAIN) return "another process listens there";
  if (errno != ECONNREFUSED) return std::strerror(errno);
  if (::unlink(path) != 0) return std::strerror(errno);
  return std::nullopt;
}

Result<Listener> listen_unix(const ListenAddress& address, int backlog) {
  if (const auto reason = clear_path(address)) return failed(address, *reason);
  auto socket = open_socket(address);
  if (!socket) return tl::unexpected(socket.error());
  if (::bind(socket->get(), generic(address.storage), address.length) != 0) return failed_with(address, errno);
  // Nobody can connect before `listen`, so nobody slips in under the umask's mode.
  const char* const path = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
  if (::chmod(path, unix_socket_mode) != 0 || ::listen(socket->get(), backlog) != 0) {
    return failed_with(address, errno);
  }
  Listener listener;
  listener.sockets.push_back(std::move(*socket));
  listener.bound = address.text;
  return listener;
}

}  // namespace

Result<Listener> listen(const ListenAddress& address, std::size_t shards, int backlog) {
  return address.is_unix() ? listen_unix(address, backlog) : listen_tcp(address, shards, backlog);
}

}  // namespace tidings::net
