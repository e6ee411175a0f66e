#include "redis/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "platform/percent.hpp"

namespace tidings::redis {
namespace {

constexpr std::string_view plain_scheme = "redis://";
constexpr std::string_view sentinel_scheme = "redis+sentinel://";
constexpr std::string_view shown_password = "***";
constexpr std::size_t longest_host = 253;  // RFC 1035, without the root's dot

// Nothing of the URL is repeated: what is malformed may be a password.
tl::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::parameter_invalid, "the store's URL: " + std::string(why));
}

bool unreserved(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
         byte == '.' || byte == '_' || byte == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    if (unreserved(character)) {
      encoded.push_back(character);
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

// Decimal digits only, from `least` to `most`.
std::optional<std::int32_t> number(std::string_view digits, std::int32_t least, std::int32_t most) {
  std::int32_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [after, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || after != end || value < least || value > most || digits.front() == '-') {
    return std::nullopt;
  }
  return value;
}

// What comes before `separator`, which goes too; the rest stays. All, where there is none.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return before;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_host && std::all_of(text.begin(), text.end(), unreserved);
}

bool is_v6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Result<HostPort> parse_host(std::string_view text, std::uint16_t default_port) {
  HostPort result;
  if (!text.empty() && text.front() == '[') {
    text.remove_prefix(1);
    if (text.find(']') == std::string_view::npos) return refuse("an IPv6 address without its closing bracket");
    result.host = cut(text, ']');
    if (!is_v6(result.host)) return refuse("what stands in brackets is no IPv6 address");
    if (!text.empty() && text.front() != ':') return refuse("only a port may follow an IPv6 address");
  } else {
    result.host = text.substr(0, text.find(':'));
    if (!is_name(result.host)) return refuse("a host must be a name or an address");
    text.remove_prefix(result.host.size());
  }
  result.port = default_port;
  if (!text.empty()) {
    const auto port = number(text.substr(1), 1, std::numeric_limits<std::uint16_t>::max());
    if (!port) return refuse("a port must be a number from 1 to 65535");
    result.port = static_cast<std::uint16_t>(*port);
  }
  return result;
}

Result<void> parse_hosts(std::string_view text, Address& into, std::uint16_t default_port, std::size_t most) {
  if (text.ends_with(',')) return refuse("no host after a comma");
  do {
    if (into.hosts.size() == most) {
      return refuse(most == 1 ? "one host only" : "at most " + std::to_string(most) + " Sentinels");
    }
    auto host = parse_host(cut(text, ','), default_port);
    if (!host) return tl::unexpected(std::move(host.error()));
    into.hosts.push_back(std::move(*host));
  } while (!text.empty());
  return {};
}

Result<Credentials> parse_credentials(std::string_view text) {
  const auto user = percent_decode(cut(text, ':'));
  const auto password = percent_decode(text);
  if (!user || !password) return refuse("user and password must be percent-encoded");
  if (password->empty()) return refuse("a user without a password; a password alone is \":password@\"");
  return Credentials{*user, *password};
}

Result<void> parse_database(std::string_view text, Address& into) {
  if (text.empty()) return {};
  const auto database = number(text, 0, std::numeric_limits<std::int32_t>::max());
  if (!database) return refuse("the database must be a number");
  into.database = *database;
  return {};
}

Result<void> parse_sentinel_options(std::string_view text, Credentials& into) {
  while (!text.empty()) {
    std::string_view value = cut(text, '&');
    const std::string_view name = cut(value, '=');
    if (name != "sentinel_user" && name != "sentinel_password") {
      return refuse("after \"?\" there may be sentinel_user and sentinel_password");
    }
    std::string& option = name == "sentinel_user" ? into.user : into.password;
    if (!option.empty()) return refuse("an option stands twice");
    const auto decoded = percent_decode(value);
    if (!decoded || decoded->empty()) return refuse("an option's value is missing or not percent-encoded");
    option = *decoded;
  }
  if (!into.user.empty() && into.password.empty()) return refuse("sentinel_user without sentinel_password");
  return {};
}

// `path` is what follows the hosts and their slash.
Result<void> parse_sentinel_path(std::string_view path, Address& into) {
  const std::size_t question = path.find('?');
  if (question != std::string_view::npos) {
    if (auto parsed = parse_sentinel_options(path.substr(question + 1), into.sentinel_credentials); !parsed) {
      return parsed;
    }
    path = path.substr(0, question);
  }
  const auto master = percent_decode(cut(path, '/'));
  if (!master || !is_name(*master)) return refuse("after the Sentinels there must be the master's name");
  into.master = *master;
  return parse_database(path, into);
}

std::string shown(const Credentials& credentials) {
  if (credentials.password.empty()) return {};
  return percent_encoded(credentials.user) + ':' + std::string(shown_password) + '@';
}

}  // namespace

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string Address::redacted() const {
  std::string url(sentinel() ? sentinel_scheme : plain_scheme);
  url += shown(credentials);
  for (const HostPort& host : hosts) {
    if (&host != &hosts.front()) url += ',';
    url += host.text();
  }
  if (sentinel()) url += '/' + master;
  url += '/' + std::to_string(database);
  if (!sentinel_credentials.password.empty()) {
    url += '?';
    if (!sentinel_credentials.user.empty()) url += "sentinel_user=" + percent_encoded(sentinel_credentials.user) + '&';
    url += "sentinel_password=" + std::string(shown_password);
  }
  return url;
}

Result<Address> Address::parse(std::string_view url) {
  if (url.size() > longest) return refuse("longer than " + std::to_string(longest) + " bytes");
  if (url.starts_with("rediss://") || url.starts_with("rediss+sentinel://")) {
    return refuse("an encrypted connection to Redis comes with TLS, which this version does not have yet");
  }
  const bool by_sentinel = url.starts_with(sentinel_scheme);
  if (!by_sentinel && !url.starts_with(plain_scheme)) return refuse("must begin with redis:// or redis+sentinel://");
  url.remove_prefix(by_sentinel ? sentinel_scheme.size() : plain_scheme.size());

  Address address;
  // The last one before the path: a password's own is encoded, but people forget.
  const std::size_t at = url.substr(0, url.find('/')).rfind('@');
  if (at != std::string_view::npos) {
    auto credentials = parse_credentials(url.substr(0, at));
    if (!credentials) return tl::unexpected(std::move(credentials.error()));
    address.credentials = std::move(*credentials);
    url.remove_prefix(at + 1);
  }
  const std::string_view hosts = cut(url, '/');
  auto parsed = by_sentinel ? parse_hosts(hosts, address, default_sentinel_port, most_hosts)
                            : parse_hosts(hosts, address, default_port, 1);
  if (parsed) parsed = by_sentinel ? parse_sentinel_path(url, address) : parse_database(url, address);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  return address;
}

}  // namespace tidings::redis
