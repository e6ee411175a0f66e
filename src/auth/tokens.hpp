// Verifies the application's access tokens and issues and verifies the hub's own SSE tokens (SPEC §3, RFC 7519, RFC
// 8725). Thread-safe; keys are replaced atomically by a reload.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/keys.hpp"
#include "auth/revocations.hpp"
#include "errors/error.hpp"
#include "platform/clock.hpp"

namespace tidings::auth {

struct TokenSettings {
  std::optional<std::string> issuer;
  std::optional<std::string> audience;
  std::string claim = "tidings";
  Milliseconds clock_skew{Seconds{60}};
  Milliseconds sse_token_ttl{Seconds{60}};
};

// 32 bytes, from HKDF-SHA256 of a secret under the hub's own label, or random.
using SseKey = std::array<std::byte, 32>;
[[nodiscard]] SseKey derive_sse_key(std::string_view secret);

struct SseToken {
  std::string token;
  // Its own `exp`, never after the access token's: in the past already where that one stands by the skew alone.
  WallTime expires_at;
};

class Tokens {
 public:
  Tokens(KeySet keys, const SseKey& sse_key, TokenSettings settings, const Revocations& revocations,
         const Clock& clock);
  ~Tokens();
  void replace_keys(KeySet keys, const SseKey& sse_key);

  // Errors are the catalogue's `token_*`. Tokens that are verified a second time are remembered by their hash until
  // they end, in a table of bounded size; revocations and expiry are checked each time.
  [[nodiscard]] Result<Identity> verify_access(std::string_view token) const;
  [[nodiscard]] Result<Identity> verify_sse(std::string_view token) const;
  // Either kind, told apart by `typ` and `aud`.
  [[nodiscard]] Result<Identity> verify_any(std::string_view token) const;
  // Whether an identity that was verified before (a session's) still stands: `token_expired`, `token_revoked`.
  [[nodiscard]] Result<void> recheck(const Identity& identity) const;

  [[nodiscard]] SseToken issue_sse(const Identity& identity) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An access token for development and `tidings token`: HS256, HS384 or HS512 by `algorithm`.
struct TokenRequest {
  std::string user;
  Milliseconds lifetime{std::chrono::hours{1}};
  std::vector<std::string> subscribe;
  std::vector<std::string> publish;
  bool admin = false;
  std::optional<std::string> issuer;
  std::optional<std::string> audience;
  std::string claim = "tidings";
};
[[nodiscard]] Result<std::string> sign_access_token(const TokenRequest& request, std::string_view secret,
                                                    Algorithm algorithm, WallTime now);

}  // namespace tidings::auth
