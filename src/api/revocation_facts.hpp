// Revocations as facts of the log, "revoked/<user>" = seconds since 1970, so that they survive restarts (SPEC §1.7).
#pragma once

#include <functional>
#include <string>

#include "api/services.hpp"

namespace tidings::api {

// What the log kept, into memory; once, before the first request.
[[nodiscard]] Result<void> load_revocations(const store::EventLog& log, auth::Revocations& revocations);

// Refuses the tokens of `user` issued until now: stored first, then in force. `done` on any thread.
void revoke(Services& services, const std::string& user, std::function<void(Result<void>)> done);

}  // namespace tidings::api
