// A session as it is stored, also for other nodes of the hub to read. Holds no credential.
#pragma once

#include <string>
#include <string_view>

#include "auth/sessions.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

// `body_invalid` where an option or label is not UTF-8.
[[nodiscard]] Result<std::string> write_session(const Session& session);
// `internal` for anything that `write_session` doesn't write.
[[nodiscard]] Result<Session> read_session(std::string_view stored);

}  // namespace tidings::auth
