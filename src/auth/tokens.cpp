#include "auth/tokens.hpp"

#include <mutex>
#include <shared_mutex>
#include <utility>

#include "auth/claims.hpp"
#include "auth/jwt.hpp"
#include "auth/sse_tokens.hpp"
#include "auth/token_cache.hpp"

namespace tidings::auth {
namespace {

// Keys for both kinds of tokens, numbered so that what was verified with older ones isn't believed.
struct Keys {
  KeySet set;
  evp::HmacKey sse;
  std::uint64_t generation = 0;
};

bool is_access_type(std::string_view type) { return type.empty() || type == "jwt" || type == "at+jwt"; }

// RFC 7515 §4.1.4: `kid` chooses where a key bears it. A key without an id may be the one that the token's issuer calls
// by some name.
Result<void> verify_signature(const KeySet& keys, const Jwt& jwt) {
  const auto named = [&](const Key& key) { return jwt.key_id && !key.id().empty() && key.id() == *jwt.key_id; };
  bool known = false;
  for (const Key& key : keys.keys()) known = known || named(key);
  bool tried = false;
  bool allowed = false;
  for (const Key& key : keys.keys()) {
    if (known ? !named(key) : jwt.key_id && !key.id().empty()) continue;
    tried = true;
    if (!key.allows(jwt.algorithm)) continue;
    allowed = true;
    if (key.verify(jwt.algorithm, jwt.signed_part, jwt.signature)) return {};
  }
  if (!tried) return fail(ErrorCode::token_signature, "No configured key has the token's \"kid\".");
  if (!allowed) return fail(ErrorCode::token_algorithm, "No configured key allows the token's algorithm.");
  return fail(ErrorCode::token_signature, "No configured key verifies the token's signature.");
}

}  // namespace

struct Tokens::Impl {
  Impl(KeySet set, const SseKey& key, TokenSettings options, const Revocations& revoked, const Clock& time)
      : settings(std::move(options)),
        revocations(revoked),
        clock(time),
        keys(std::make_shared<const Keys>(Keys{std::move(set), prepare_sse_key(key), 0})) {}

  std::shared_ptr<const Keys> current_keys() const {
    const std::shared_lock lock(mutex);
    return keys;
  }

  Result<void> check_standing(const Identity& identity, WallTime now) const {
    if (auto checked = check_not_expired(identity.expires_at, now, settings.clock_skew); !checked) return checked;
    if (revocations.revoked(identity.user, identity.issued_at)) {
      return fail(ErrorCode::token_revoked, "The token was issued before its user's connections were deleted.");
    }
    return {};
  }

  Result<VerifiedToken> verify_access_afresh(const KeySet& set, const Jwt& jwt) const {
    if (jwt.type == sse_token_type) {
      return fail(ErrorCode::token_type, "This is an SSE token; an access token is needed.");
    }
    if (!is_access_type(jwt.type)) {
      return fail(ErrorCode::token_type, "The token's \"typ\" is not that of an access token.");
    }
    if (auto verified = verify_signature(set, jwt); !verified) return tl::unexpected(verified.error());
    return read_claims(jwt).and_then([&](const Json& claims) { return read_access_claims(claims, settings); });
  }

  // An access token; where `or_sse`, an SSE token too.
  Result<Identity> verify(std::string_view token, bool or_sse) {
    const WallTime now = clock.wall();
    const auto with = current_keys();
    const evp::Sha256 hash = evp::sha256(token);
    auto known = cache.find(hash, with->generation, now);
    const bool remembered = known != nullptr;
    if (!remembered) {
      auto jwt = parse_jwt(token, or_sse ? most_sse_token_bytes : most_access_token_bytes);
      if (or_sse && jwt && jwt->type == sse_token_type) return verify_sse(*jwt, now);
      if (or_sse && token.size() > most_access_token_bytes) jwt = parse_jwt(token, most_access_token_bytes);
      auto verified = jwt.and_then([&](const Jwt& parsed) { return verify_access_afresh(with->set, parsed); });
      if (!verified) return tl::unexpected(std::move(verified).error());
      known = std::make_shared<const VerifiedToken>(*std::move(verified));
    }
    // Of a remembered token too: the clock may have been set back, and its user's tokens revoked.
    auto standing = check_standing(known->identity, now).and_then([&] {
      return check_begun(known->not_before, now, settings.clock_skew);
    });
    if (!standing) return tl::unexpected(std::move(standing).error());
    if (!remembered) cache.insert(hash, with->generation, known->identity.expires_at + settings.clock_skew, known);
    return known->identity;
  }

  Result<Identity> verify_sse(const Jwt& jwt, WallTime now) const {
    if (jwt.type != sse_token_type) return fail(ErrorCode::token_type, "This is not an SSE token; one is needed.");
    auto verified = verify_sse_token(current_keys()->sse, jwt);
    if (!verified) return tl::unexpected(std::move(verified).error());
    auto standing = check_not_expired(verified->expires_at, now, settings.clock_skew)
                        .and_then([&] { return check_begun(verified->issued_at, now, settings.clock_skew); })
                        .and_then([&] { return check_standing(verified->identity, now); });
    if (!standing) return tl::unexpected(std::move(standing).error());
    return std::move(verified->identity);
  }

  const TokenSettings settings;
  const Revocations& revocations;
  const Clock& clock;
  TokenCache cache;
  mutable std::shared_mutex mutex;  // of `keys`
  std::shared_ptr<const Keys> keys;
};

Tokens::Tokens(KeySet keys, const SseKey& sse_key, TokenSettings settings, const Revocations& revocations,
               const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(keys), sse_key, std::move(settings), revocations, clock)) {}

Tokens::~Tokens() = default;

void Tokens::replace_keys(KeySet keys, const SseKey& sse_key) {
  auto prepared = prepare_sse_key(sse_key);
  const std::unique_lock lock(impl_->mutex);
  impl_->keys = std::make_shared<const Keys>(Keys{std::move(keys), std::move(prepared), impl_->keys->generation + 1});
}

Result<Identity> Tokens::verify_access(std::string_view token) const { return impl_->verify(token, false); }

Result<Identity> Tokens::verify_sse(std::string_view token) const {
  return parse_jwt(token, most_sse_token_bytes).and_then([&](const Jwt& jwt) {
    return impl_->verify_sse(jwt, impl_->clock.wall());
  });
}

Result<Identity> Tokens::verify_any(std::string_view token) const { return impl_->verify(token, true); }

Result<void> Tokens::recheck(const Identity& identity) const {
  return impl_->check_standing(identity, impl_->clock.wall());
}

SseToken Tokens::issue_sse(const Identity& identity) const {
  return sign_sse_token(impl_->current_keys()->sse, identity, impl_->clock.wall(), impl_->settings.sse_token_ttl);
}

}  // namespace tidings::auth
