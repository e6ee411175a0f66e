#include "auth/revocations.hpp"

#include <algorithm>
#include <mutex>

namespace tidings::auth {

Result<void> Revocations::revoke(std::string_view user, std::int64_t until) {
  const std::unique_lock lock(mutex_);
  return room_for(user).map([&] { raise(user, until); });
}

Result<void> Revocations::check_room(std::string_view user) const {
  const std::shared_lock lock(mutex_);
  return room_for(user);
}

void Revocations::restore(std::string_view user, std::int64_t until) {
  const std::unique_lock lock(mutex_);
  raise(user, until);
}

Result<void> Revocations::room_for(std::string_view user) const {
  if (until_.size() < most_ || until_.contains(user)) return {};
  return fail(ErrorCode::overloaded, "The table of revoked users is full.");
}

void Revocations::raise(std::string_view user, std::int64_t until) {
  if (const auto known = until_.find(user); known != until_.end()) {
    known->second = std::max(known->second, until);
  } else {
    until_.emplace(user, until);
  }
}

bool Revocations::revoked(std::string_view user, std::optional<std::int64_t> issued_at) const {
  const std::shared_lock lock(mutex_);
  const auto known = until_.find(user);
  return known != until_.end() && (!issued_at || *issued_at <= known->second);
}

std::size_t Revocations::size() const {
  const std::shared_lock lock(mutex_);
  return until_.size();
}

}  // namespace tidings::auth
