#include "auth/sessions.hpp"

#include <utility>

#include "auth/evp.hpp"
#include "auth/session_codec.hpp"
#include "platform/base64url.hpp"

namespace tidings::auth {
namespace {

constexpr std::size_t id_bytes = 32;

tl::unexpected<Error> invalid() {
  return fail(ErrorCode::session_invalid, "The session is unknown, was used, or has expired.");
}

using Found = Result<std::optional<std::string>>;

}  // namespace

Sessions::Sessions(store::SessionStore& store, Random& random, const Clock& clock, Milliseconds ttl)
    : store_(store), random_(random), clock_(clock), ttl_(ttl) {}

void Sessions::create(const Session& session, std::function<void(Result<SessionTicket>)> done) {
  std::array<std::byte, id_bytes> bytes{};
  random_.fill(bytes);
  SessionTicket ticket{base64url_encode(bytes), clock_.wall() + ttl_};
  const store::SessionKey key = evp::sha256(ticket.id);
  store_.put(key, session.identity.user, write_session(session), ttl_,
             [ticket = std::move(ticket), done = std::move(done)](const Result<void>& stored) {
               if (!stored) return done(tl::unexpected(stored.error()));
               done(ticket);
             });
}

Result<store::SessionKey> Sessions::key_of(std::string_view id) {
  const auto bytes = base64url_decode(id);
  if (!bytes || bytes->size() != id_bytes) return invalid();
  return evp::sha256(id);
}

void Sessions::peek(const store::SessionKey& key, std::function<void(Result<Session>)> done) {
  store_.peek(key, [done = std::move(done)](const Found& found) {
    if (!found) return done(tl::unexpected(found.error()));
    done(*found ? read_session(**found) : invalid());
  });
}

void Sessions::take(const store::SessionKey& key, std::function<void(Result<void>)> done) {
  store_.take(key, [done = std::move(done)](const Found& found) {
    if (!found) return done(tl::unexpected(found.error()));
    done(*found ? Result<void>{} : invalid());
  });
}

}  // namespace tidings::auth
