#include "hub/origin.hpp"

#include <algorithm>

#include "hub/values.hpp"
#include "net/address.hpp"

namespace tidings::hub {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool well_formed_scheme(std::string_view scheme) {
  return !scheme.empty() && lower(scheme.front()) &&
         std::ranges::all_of(scheme, [](char c) { return lower(c) || digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool well_formed_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           net::IpAddress::parse(host.substr(1, host.size() - 2)).has_value() &&
           host.find(':') != std::string_view::npos;
  }
  return !host.empty() &&
         std::ranges::all_of(host, [](char c) { return lower(c) || digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool well_formed_port(std::string_view port, std::string_view scheme) {
  constexpr std::size_t longest = 5;
  if (port.empty() || port.size() > longest || port.front() == '0') return false;
  const auto number = parse_count(port);
  if (!number || *number > 65'535) return false;
  return !(scheme == "http" && *number == 80) && !(scheme == "https" && *number == 443);
}

}  // namespace

bool well_formed_origin(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) return false;
  const auto scheme = text.substr(0, mark);
  const auto authority = text.substr(mark + 3);
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto host = authority.substr(0, colon);
  if (!well_formed_scheme(scheme) || !well_formed_host(host)) return false;
  return colon == std::string_view::npos || well_formed_port(authority.substr(colon + 1), scheme);
}

}  // namespace tidings::hub
