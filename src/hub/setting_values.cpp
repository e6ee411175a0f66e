// What values settings may have, by kind.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "http/characters.hpp"
#include "hub/origin.hpp"
#include "hub/settings.hpp"
#include "hub/values.hpp"
#include "net/address.hpp"
#include "platform/duration.hpp"
#include "platform/size.hpp"
#include "platform/utf8.hpp"
#include "redis/address.hpp"

namespace tidings::hub {
namespace {

constexpr std::string_view not_yet = "is not in this version yet";

std::string duration_text(std::uint64_t milliseconds) {
  struct Unit {
    std::uint64_t size;
    std::string_view name;
  };
  constexpr Unit units[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}};
  for (const Unit& unit : units) {
    if (milliseconds >= unit.size && milliseconds % unit.size == 0) {
      return fmt::format("{}{}", milliseconds / unit.size, unit.name);
    }
  }
  return fmt::format("{}ms", milliseconds);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view units[] = {"TiB", "GiB", "MiB", "KiB"};
  std::uint64_t unit_size = std::uint64_t{1} << 40;
  for (const std::string_view unit : units) {
    if (bytes >= unit_size && bytes % unit_size == 0) return fmt::format("{}{}", bytes / unit_size, unit);
    unit_size >>= 10;
  }
  return fmt::format("{}", bytes);
}

bool begins_with_any(std::string_view value, std::initializer_list<std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return value.starts_with(prefix); });
}

bool is_one_of(std::string_view word, std::string_view list) {
  while (!list.empty()) {
    const auto comma = list.find(", ");
    if (list.substr(0, comma) == word) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 2);
  }
  return false;
}

std::optional<std::string> must_be(const Setting& setting, bool right) {
  if (right) return std::nullopt;
  return "must be " + allowed_values(setting);
}

template <typename T>
std::optional<std::string> within(const Setting& setting, std::optional<T> value) {
  return must_be(setting, value && *value >= setting.least && *value <= setting.most);
}

bool control_free(std::string_view value) {
  return valid_utf8(value) && std::ranges::none_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<std::string> fault_of_secret(const Setting& setting, std::string_view value) {
  if (value.size() < setting.least) {
    return fmt::format("must be at least {} bytes long; this one has {}", setting.least, value.size());
  }
  if (setting.bearer && !http::is_token68(value)) {
    return "is sent as a bearer token, so it may hold only letters, digits and - . _ ~ + /, and = at its end";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_origin(std::string_view value) {
  if (value == "*") return "must name origins one by one: * would let every page on the web in";
  if (well_formed_origin(value)) return std::nullopt;
  return "must be an origin as browsers send it: scheme and host in lower case, no path, no standard port "
         "(https://app.example, http://localhost:3000)";
}

std::optional<std::string> fault_of_key_source(std::string_view value) {
  if (value.starts_with("https://")) return fmt::format("a JWKS by https URL {}; give a PEM or JWKS file", not_yet);
  if (value.find("://") != std::string_view::npos) return "must be a PEM or JWKS file, or an https URL";
  if (value.empty()) return "must not be empty";
  return std::nullopt;
}

std::optional<std::string> fault_of_store(const Setting& setting, std::string_view value) {
  if (begins_with_any(value, {"rediss://", "rediss+sentinel://"})) {
    return fmt::format("Redis over TLS {}; allowed: {}", not_yet, allowed_values(setting));
  }
  if (begins_with_any(value, {"redis://", "redis+sentinel://"})) {
    const auto address = redis::Address::parse(value);
    return address ? std::nullopt : std::optional(address.error().detail);
  }
  return must_be(setting, is_one_of(value, "memory, embedded"));
}

std::optional<std::string> fault_of_durability(const Setting& setting, std::string_view value) {
  return must_be(setting, is_one_of(value, "memory, process, fsync, primary") || parse_replicas(value));
}

std::string list_text(std::string_view list) {
  std::string text(list);
  const auto last = text.rfind(", ");
  return last == std::string::npos ? text : text.replace(last, 2, " or ");
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::size_t> parse_replicas(std::string_view text) {
  constexpr std::string_view before = "replica:";
  if (text.size() != before.size() + 1 || !text.starts_with(before)) return std::nullopt;
  const char digit = text.back();
  return digit >= '1' && digit <= '9' ? std::optional<std::size_t>(digit - '0') : std::nullopt;
}

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::string allowed_values(const Setting& setting) {
  switch (setting.kind) {
    case Kind::text:
      return "text without control characters";
    case Kind::path:
      return "a path";
    case Kind::flag:
      return "true or false";
    case Kind::duration:
      return fmt::format("a duration from {} to {}, such as 500ms, 15s or 24h", duration_text(setting.least),
                         duration_text(setting.most));
    case Kind::size:
      return fmt::format("a size from {} to {}, such as 1000, 256KiB or 1GiB", size_text(setting.least),
                         size_text(setting.most));
    case Kind::count:
      return fmt::format("a whole number from {} to {}", setting.least, setting.most);
    case Kind::choice:
      return list_text(setting.allowed);
    case Kind::address:
      return "an address to listen at: 127.0.0.1:8080, [::1]:8080 or unix:/path";
    case Kind::network:
      return "an address or a block of them: 10.0.0.1, 10.0.0.0/8 or ::1";
    case Kind::origin:
      return "an origin: https://app.example";
    case Kind::key_source:
      return "a PEM or JWKS file";
    case Kind::store:
      return "memory, embedded, redis://host:port or redis+sentinel://host:port/master";
    case Kind::durability:
      return "memory, process or fsync; with Redis primary or replica:1 to replica:9";
    case Kind::secret:
      return fmt::format("a secret of at least {} bytes", setting.least);
  }
  __builtin_unreachable();  // GCOVR_EXCL_LINE: every kind has its case
}

std::optional<std::string> fault_of(const Setting& setting, std::string_view value) {
  if (setting.unavailable) return std::string(not_yet);
  switch (setting.kind) {
    case Kind::text:
      return must_be(setting, !value.empty() && control_free(value));
    case Kind::path:
      return must_be(setting, !value.empty() && value.find('\0') == std::string_view::npos);
    case Kind::flag:
      return must_be(setting, parse_flag(value).has_value());
    case Kind::duration: {
      const auto parsed = parse_duration(value);
      return within(setting, parsed ? std::optional(static_cast<std::uint64_t>(parsed->count())) : std::nullopt);
    }
    case Kind::size:
      return within(setting, parse_size(value));
    case Kind::count:
      return within(setting, parse_count(value));
    case Kind::choice:
      return must_be(setting, is_one_of(value, setting.allowed));
    case Kind::address:
      return must_be(setting, net::ListenAddress::parse(value).has_value());
    case Kind::network:
      return must_be(setting, net::IpNetwork::parse(value).has_value());
    case Kind::origin:
      return fault_of_origin(value);
    case Kind::key_source:
      return fault_of_key_source(value);
    case Kind::store:
      return fault_of_store(setting, value);
    case Kind::durability:
      return fault_of_durability(setting, value);
    case Kind::secret:
      return fault_of_secret(setting, value);
  }
  __builtin_unreachable();  // GCOVR_EXCL_LINE: every kind has its case
}

std::string shown(const Setting& setting, std::string_view value) {
  if (setting.kind == Kind::secret) return "***";
  const bool may_hold_password = setting.kind == Kind::store || setting.kind == Kind::key_source;
  if (!may_hold_password) return std::string(value);
  if (const auto scheme = value.find("://"); scheme != std::string_view::npos) {
    return std::string(value.substr(0, scheme + 3)) + "***";
  }
  // A mistyped URL has its password all the same.
  return value.find('@') == std::string_view::npos ? std::string(value) : "***";
}

}  // namespace tidings::hub
