#include "http/authority.hpp"

#include <algorithm>
#include <string>

#include "http/characters.hpp"
#include "net/address.hpp"

namespace tidings::http {
namespace {

bool valid_port(std::string_view text) {
  int port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + (c - '0');
    if (port > 65535) return false;
  }
  return true;
}

// `reg-name`, of which an IPv4 address is a special case.
bool valid_name(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%') {
      if (name.size() - i < 3 || hex_value(name[i + 1]) < 0 || hex_value(name[i + 2]) < 0) return false;
      i += 2;
    } else if (!is_letter(name[i]) && !is_digit(name[i]) &&
               std::string_view("-._~!$&'()*+,;=").find(name[i]) == std::string_view::npos) {
      return false;
    }
  }
  return !name.empty();
}

}  // namespace

bool valid_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    const auto address = text.substr(1, close - 1);
    if (address.find(':') == std::string_view::npos || !net::IpAddress::parse(address)) return false;
    text.remove_prefix(close + 1);
    return text.empty() || (text.front() == ':' && valid_port(text.substr(1)));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return valid_name(text.substr(0, colon)) && valid_port(text.substr(std::min(colon + 1, text.size())));
}

}  // namespace tidings::http
