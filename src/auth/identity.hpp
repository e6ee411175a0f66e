// Who is asking, and what they may do: what a verified token says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/pattern.hpp"
#include "platform/clock.hpp"

namespace tidings::auth {

// The claim `{"subscribe": [...], "publish": [...], "admin": true}`.
struct Permissions {
  std::vector<events::Pattern> subscribe;  // channel patterns
  std::vector<events::Pattern> publish;
  bool admin = false;

  [[nodiscard]] bool may_subscribe(const events::Pattern& requested) const;
  [[nodiscard]] bool may_publish_to_channel(std::string_view channel) const;
  // To users, or to everyone: takes `**`.
  [[nodiscard]] bool may_publish_to_users() const;
};

struct Identity {
  std::string user;  // `sub`
  Permissions permissions;
  std::optional<std::int64_t> issued_at;  // the access token's `iat`, seconds since 1970
  WallTime expires_at;                    // the access token's `exp`, whatever token this came from
};

}  // namespace tidings::auth
