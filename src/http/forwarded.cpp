#include "http/forwarded.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/characters.hpp"

namespace tidings::http {
namespace {

using Node = std::string;  // an address as a proxy wrote it, perhaps with a port; empty where it can't be one

// An element's or a pair's value: a token or a quoted string, unquoted. Nothing where it is neither.
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    while (!text.empty() && is_token(text.front())) {
      value.push_back(text.front());
      text.remove_prefix(1);
    }
    if (value.empty()) return std::nullopt;
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
    }
    value.push_back(text.front());
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  text.remove_prefix(1);
  return value;
}

void skip_space(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

// One field's elements (RFC 7239 §4), appended to `nodes`; false where malformed.
bool read_forwarded(std::string_view text, std::vector<Node>& nodes) {
  for (;;) {
    std::optional<Node> node;
    for (;;) {
      skip_space(text);
      if (!text.empty() && text.front() != ';' && text.front() != ',') {
        std::string_view name = text;
        while (!text.empty() && is_token(text.front())) text.remove_prefix(1);
        name = name.substr(0, name.size() - text.size());
        if (name.empty() || !text.starts_with('=')) return false;
        text.remove_prefix(1);
        auto value = take_value(text);
        if (!value) return false;
        if (equal_ignoring_case(name, "for")) {
          if (node) return false;
          node = std::move(*value);
        }
        skip_space(text);
      }
      if (!text.starts_with(';')) break;
      text.remove_prefix(1);
    }
    nodes.push_back(node.value_or(Node{}));
    if (text.empty()) return true;
    if (text.front() != ',') return false;
    text.remove_prefix(1);
  }
}

void read_forwarded_for(std::string_view text, std::vector<Node>& nodes) {
  for (;;) {
    const auto end = std::min(text.find(','), text.size());
    nodes.emplace_back(trimmed(text.substr(0, end)));
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<net::IpAddress> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    const auto close = node.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const auto after = node.substr(close + 1);
    if (!after.empty() && !(after.front() == ':' && is_port(after.substr(1)))) return std::nullopt;
    node = node.substr(1, close - 1);
    if (node.find(':') == std::string_view::npos) return std::nullopt;
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    const auto colon = node.find(':');
    if (!is_port(node.substr(colon + 1))) return std::nullopt;
    node = node.substr(0, colon);
  }
  auto address = net::IpAddress::parse(node);
  if (!address) return std::nullopt;
  return *address;
}

}  // namespace

net::IpAddress client_address(const net::IpAddress& peer, std::span<const net::IpNetwork> trusted,
                              const Fields& fields) {
  const auto is_trusted = [&](const net::IpAddress& address) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const auto& network) { return network.contains(address); });
  };
  if (!is_trusted(peer)) return peer;

  std::vector<Node> nodes;
  bool forwarded = false;
  bool forwarded_for = false;
  for (const Field& field : fields) {
    if (equal_ignoring_case(field.name, "Forwarded")) {
      forwarded = true;
      if (!read_forwarded(field.value, nodes)) return peer;
    } else if (equal_ignoring_case(field.name, "X-Forwarded-For")) {
      forwarded_for = true;
      read_forwarded_for(field.value, nodes);
    }
  }
  if (forwarded && forwarded_for) return peer;

  // From the nearest proxy outwards, so that what a client wrote itself, to the left of them, is never looked at.
  net::IpAddress client = peer;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto address = address_of(*node);
    if (!address) return peer;
    client = *address;
    if (!is_trusted(client)) break;
  }
  return client;
}

}  // namespace tidings::http
