// Users whose tokens issued until some second are refused (SPEC §1.7). Kept in memory, read on every verification;
// stored by their owner as facts of the log, so that they survive restarts. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "errors/error.hpp"

namespace tidings::auth {

class Revocations {
 public:
  static constexpr std::size_t most = 1'000'000;

  // `at_most` users, for tests.
  explicit Revocations(std::size_t at_most = most) : most_(at_most) {}

  // Refuses tokens of `user` with `iat` not after `until` (seconds since 1970), or without one. Only ever raises it.
  // `overloaded` where the table is full.
  [[nodiscard]] Result<void> revoke(std::string_view user, std::int64_t until);
  // Whether `revoke` would find room, so that nothing is stored that is then refused.
  [[nodiscard]] Result<void> check_room(std::string_view user) const;
  // What was stored before: it stands, however many there are.
  void restore(std::string_view user, std::int64_t until);
  [[nodiscard]] bool revoked(std::string_view user, std::optional<std::int64_t> issued_at) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view user) const { return std::hash<std::string_view>{}(user); }
  };

  [[nodiscard]] Result<void> room_for(std::string_view user) const;
  void raise(std::string_view user, std::int64_t until);

  std::size_t most_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> until_;
};

}  // namespace tidings::auth
