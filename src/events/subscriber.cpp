#include "events/subscriber.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include "events/shard.hpp"

namespace tidings::events {

void Subscriber::on_writable() { audience->filter.shard().writable(*this); }
void Subscriber::on_closed() { audience->filter.shard().closed(*this); }
void Subscriber::on_timer() { audience->filter.shard().timer(*this); }

void Subscriber::accept_token(WallTime expires, std::optional<std::int64_t> issued) {
  const std::int64_t ms = std::max(expires.time_since_epoch().count(), std::int64_t{0});
  expires_ms = std::min(static_cast<std::uint64_t>(ms), most_in_48_bits) & most_in_48_bits;
  constexpr std::int64_t last_second = std::numeric_limits<std::uint32_t>::max();
  issued_at = static_cast<std::uint32_t>(std::clamp(issued.value_or(0), std::int64_t{0}, last_second));
}

std::unique_ptr<const char[]> pack_names(std::string_view user, const Labels& labels) {
  assert(user.find('\0') == std::string_view::npos);  // verified tokens name users by `valid_user`
  std::string packed;
  packed.append(user).append(1, '\0');
  for (const auto& [name, value] : labels) packed.append(name).append(1, '\0').append(value).append(1, '\0');
  auto bytes = std::make_unique<char[]>(packed.size() + 1);  // one more, zero: the empty name at the end
  std::memcpy(bytes.get(), packed.data(), packed.size());
  return bytes;
}

Labels Subscriber::labels() const {
  Labels unpacked;
  const char* packed = names.get() + user().size() + 1;
  while (*packed != '\0') {
    std::string name = packed;
    packed += name.size() + 1;
    std::string value = packed;
    packed += value.size() + 1;
    unpacked.emplace_back(std::move(name), std::move(value));
  }
  return unpacked;
}

}  // namespace tidings::events
