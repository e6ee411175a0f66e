// Socket addresses as values: what a peer is shown as, counted by and compared with.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"

namespace tidings::net {

// An IPv4 or IPv6 address, or none for a Unix socket. IPv4-mapped IPv6 addresses are IPv4 addresses. 17 bytes.
class IpAddress {
 public:
  IpAddress() = default;
  // "127.0.0.1" or "::1", without brackets or port.
  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
  [[nodiscard]] static IpAddress of(const sockaddr_storage& address);

  [[nodiscard]] bool loopback() const;     // also true of a Unix socket's peer
  [[nodiscard]] std::string text() const;  // "unix" for a Unix socket's peer
  auto operator<=>(const IpAddress&) const = default;
  // All that tells it from other addresses, to be hashed.
  [[nodiscard]] std::string_view bytes() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }

 private:
  enum class Kind : std::uint8_t { unix_socket, v4, v6 };
  friend class IpNetwork;
  std::array<std::uint8_t, 16> bytes_{};
  Kind kind_ = Kind::unix_socket;
};
static_assert(sizeof(IpAddress) == 17);

// "10.0.0.0/8", "::1/128", or an address alone. Contains no Unix socket's peer.
class IpNetwork {
 public:
  [[nodiscard]] static Result<IpNetwork> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  [[nodiscard]] IpAddress prefix_of(IpAddress address) const;

  IpAddress base_;
  int bits_ = 0;
};

// Where to listen: "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", "unix:/path".
struct ListenAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  // as configured
  [[nodiscard]] bool is_unix() const { return storage.ss_family == AF_UNIX; }
  [[nodiscard]] bool loopback() const;
  [[nodiscard]] static Result<ListenAddress> parse(std::string_view text);
};

}  // namespace tidings::net
