// Single-use tickets: put once, taken at most once however many try, gone when their time is over. Keys are hashes, so
// what is stored opens nothing.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "errors/error.hpp"
#include "platform/clock.hpp"

namespace tidings::store {

using SessionKey = std::array<std::byte, 32>;  // SHA-256 of the session's id

struct SessionLimits {
  std::size_t per_user = 64;
  std::size_t total = 100'000;
};

// Thread-safe. Callbacks may run on any thread, or at once.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  // `session_limit` (with retry_after: when the oldest ends) where the user or all together have too many.
  virtual void put(const SessionKey& key, std::string_view user, std::string value, Milliseconds ttl,
                   std::function<void(Result<void>)> done) = 0;
  // The value, to exactly one caller; nothing where it is unknown, taken or over.
  virtual void take(const SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) = 0;
  // Whether it could be taken now; takes nothing.
  virtual void peek(const SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) = 0;
  virtual void set_limits(SessionLimits limits) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

[[nodiscard]] std::unique_ptr<SessionStore> make_memory_session_store(const Clock& clock, SessionLimits limits);

}  // namespace tidings::store
