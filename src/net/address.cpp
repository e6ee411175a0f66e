#include "net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>

namespace tidings::net {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:0:0/96
constexpr std::string_view unix_prefix = "unix:";

tl::unexpected<Error> bad(std::string_view what, std::string_view text) {
  return fail(ErrorCode::parameter_invalid, std::string(what) + ": \"" + std::string(text) + '"');
}

// Decimal digits only, at most `most`.
std::optional<unsigned> number(std::string_view digits, unsigned most) {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [after, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || after != end || value > most) return std::nullopt;
  return value;
}

Result<ListenAddress> parse_unix(std::string_view text) {
  const std::string_view path = text.substr(unix_prefix.size());
  ListenAddress result;
  auto& address = reinterpret_cast<sockaddr_un&>(result.storage);
  if (path.empty() || path.find('\0') != std::string_view::npos || path.size() >= sizeof address.sun_path) {
    return bad("not the path of a Unix socket (1 to 107 bytes)", text);
  }
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  result.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  result.text = text;
  return result;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton(3) wants an end, and would take a NUL for it.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return bad("not an IP address", text.substr(0, terminated.size()));
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (::inet_pton(AF_INET, terminated.data(), &v4.sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else if (::inet_pton(AF_INET6, terminated.data(), &v6.sin6_addr) == 1) {
    storage.ss_family = AF_INET6;
  } else {
    return bad("not an IP address", text);
  }
  return of(storage);
}

IpAddress IpAddress::of(const sockaddr_storage& address) {
  IpAddress result;
  if (address.ss_family == AF_INET) {
    result.kind_ = Kind::v4;
    std::memcpy(result.bytes_.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  } else if (address.ss_family == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    const std::span<const std::uint8_t, 16> bytes(in6.s6_addr);
    if (std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin())) {
      result.kind_ = Kind::v4;
      std::copy(bytes.begin() + mapped_prefix.size(), bytes.end(), result.bytes_.begin());
    } else {
      result.kind_ = Kind::v6;
      std::copy(bytes.begin(), bytes.end(), result.bytes_.begin());
    }
  }
  return result;
}

bool IpAddress::loopback() const {
  switch (kind_) {
    case Kind::v4:
      return bytes_[0] == 127;
    case Kind::v6:
      return bytes_.back() == 1 && std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; });
    case Kind::unix_socket:
      break;
  }
  return true;
}

std::string IpAddress::text() const {
  if (kind_ == Kind::unix_socket) return "unix";
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return ::inet_ntop(kind_ == Kind::v4 ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return tl::unexpected(base.error());
  const unsigned longest = base->kind_ == IpAddress::Kind::v4 ? 32 : 128;
  const auto bits = slash == std::string_view::npos ? longest : number(text.substr(slash + 1), longest);
  if (!bits) return bad("not a prefix length", text);
  IpNetwork network;
  network.base_ = *base;
  network.bits_ = static_cast<int>(*bits);
  // "10.1.2.3/8" is more likely a slip than a wish to trust all of 10.0.0.0/8.
  if (network.prefix_of(*base) != *base) return bad("bits are set beyond the prefix", text);
  return network;
}

IpAddress IpNetwork::prefix_of(IpAddress address) const {
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(bits_ - 8 * i, 0, 8);
    address.bytes_[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept);
  }
  return address;
}

bool IpNetwork::contains(const IpAddress& address) const { return prefix_of(address) == base_; }

bool ListenAddress::loopback() const { return IpAddress::of(storage).loopback(); }

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  if (text.starts_with(unix_prefix)) return parse_unix(text);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("no port in the address to listen on", text);
  const auto port = number(text.substr(colon + 1), 65535);
  if (!port) return bad("not a port", text);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Bracketed exactly where it is IPv6, whose colons would hide the port's.
  if (bracketed != (host.find(':') != std::string_view::npos)) {
    return bad("not an address to listen on (as 127.0.0.1:8080, [::1]:8080 or unix:/path)", text);
  }
  ListenAddress result;
  result.text = text;
  const std::string terminated(host);
  auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
  const bool has_nul = terminated.find('\0') != std::string::npos;
  if (!bracketed && !has_nul && ::inet_pton(AF_INET, terminated.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(*port));
    result.length = sizeof v4;
  } else if (bracketed && !has_nul && ::inet_pton(AF_INET6, terminated.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(*port));
    result.length = sizeof v6;
  } else {
    return bad("not an address to listen on (as 127.0.0.1:8080, [::1]:8080 or unix:/path)", text);
  }
  return result;
}

}  // namespace tidings::net
