// Where a store in Redis or Valkey is, as its URL says:
//
//   redis://[[user]:password@]host[:port][/database]
//   redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/master[/database]
//       [?sentinel_user=user&sentinel_password=password]
//
// User, password and the master's name may be percent-encoded. A password without a user is the default user's. The
// hosts of a Sentinel URL are Sentinels; the credentials before them are the primary's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"

namespace tidings::redis {

struct HostPort {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;  // "[::1]:6379"
  bool operator==(const HostPort&) const = default;
};

// Without a password there are none. Never to be printed.
struct Credentials {
  std::string user;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

struct Address {
  static constexpr std::uint16_t default_port = 6379;
  static constexpr std::uint16_t default_sentinel_port = 26379;
  static constexpr std::size_t longest = 4096;   // bytes of a URL
  static constexpr std::size_t most_hosts = 16;  // of a Sentinel URL

  std::vector<HostPort> hosts;  // one server, or Sentinels
  std::string master;           // the name that the Sentinels know it by; empty where there are none
  Credentials credentials;
  Credentials sentinel_credentials;
  std::int32_t database = 0;

  [[nodiscard]] bool sentinel() const { return !master.empty(); }
  // As a URL, with "***" for each password.
  [[nodiscard]] std::string redacted() const;
  bool operator==(const Address&) const = default;

  // `parameter_invalid` with a detail that says what is wrong and repeats nothing of the URL.
  [[nodiscard]] static Result<Address> parse(std::string_view url);
};

}  // namespace tidings::redis
