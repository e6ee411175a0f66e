// Sessions: single-use tickets that open one stream (SPEC §1.2). The id is shown once and stored only as its SHA-256.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "errors/error.hpp"
#include "events/stream.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "store/session_store.hpp"

namespace tidings::auth {

// What the page asked for when it made the session; a stream's query may replace each. Already validated.
struct SessionOptions {
  std::optional<std::string> events;    // comma-separated patterns
  std::optional<std::string> channels;  // comma-separated patterns
  events::Labels metadata;
  std::optional<std::string> last_event_id;
  std::optional<std::string> since;
  std::optional<std::string> format;
};

struct Session {
  Identity identity;
  SessionOptions options;
  WallTime created_at;
};

struct SessionTicket {
  std::string id;  // 32 random bytes, base64url
  WallTime expires_at;
};

class Sessions {
 public:
  Sessions(store::SessionStore& store, Random& random, const Clock& clock, Milliseconds ttl);

  void create(const Session& session, std::function<void(Result<SessionTicket>)> done);
  // What an id's session is stored under: `session_invalid` for what can't be an id.
  [[nodiscard]] static Result<store::SessionKey> key_of(std::string_view id);
  // What it stands for, without using it up: `session_invalid`.
  void peek(const store::SessionKey& key, std::function<void(Result<Session>)> done);
  // Uses up what `peek` told of: exactly one caller gets it, all others `session_invalid`.
  void take(const store::SessionKey& key, std::function<void(Result<void>)> done);

 private:
  store::SessionStore& store_;
  Random& random_;
  const Clock& clock_;
  Milliseconds ttl_;
};

}  // namespace tidings::auth
