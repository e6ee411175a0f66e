#include "auth/identity.hpp"

#include <algorithm>

namespace tidings::auth {

bool Permissions::may_subscribe(const events::Pattern& requested) const {
  return std::any_of(subscribe.begin(), subscribe.end(),
                     [&](const events::Pattern& allowed) { return allowed.covers(requested); });
}

bool Permissions::may_publish_to_channel(std::string_view channel) const {
  return std::any_of(publish.begin(), publish.end(),
                     [&](const events::Pattern& allowed) { return allowed.matches(channel); });
}

bool Permissions::may_publish_to_users() const {
  return std::any_of(publish.begin(), publish.end(),
                     [](const events::Pattern& allowed) { return allowed.text() == "**"; });
}

}  // namespace tidings::auth
