#include <algorithm>
#include <span>

#include "events/stream.hpp"
#include "platform/base64url.hpp"

namespace tidings::events {

ConnectionId ConnectionId::make(std::uint32_t node, std::uint8_t shard, Random& random) {
  ConnectionId id;
  random.fill(id.bytes);
  id.bytes[0] = std::byte{shard};
  for (std::size_t i = 0; i < sizeof node; ++i) id.bytes[1 + i] = static_cast<std::byte>(node >> (8 * i));
  return id;
}

std::uint32_t ConnectionId::node() const {
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < sizeof node; ++i) node |= std::to_integer<std::uint32_t>(bytes[1 + i]) << (8 * i);
  return node;
}

std::optional<ConnectionId> ConnectionId::parse(std::string_view text) {
  const auto decoded = base64url_decode(text);
  ConnectionId id;
  if (!decoded || decoded->size() != id.bytes.size()) return std::nullopt;
  std::ranges::transform(*decoded, id.bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return id;
}

std::string ConnectionId::text() const { return base64url_encode(std::span<const std::byte>(bytes)); }

}  // namespace tidings::events
