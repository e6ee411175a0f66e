// A session as it is stored, also for other nodes of the hub to read. Holds no credential. Version 1:
//
//   u8 version · u8 flags (1: admin; 2: issued at; from 4 on: an option each) · u64 expires at · u64 created at, ms
//   since 1970 · u64 issued at, s, where flagged · text user · varint patterns to subscribe, text each · varint
//   patterns to publish, text each · text of each option that is flagged · varint labels, text name and text value each
//
// Integers are big-endian, a text is a varint and its bytes. Options are events, channels, last_event_id, since,
// format.
#pragma once

#include <string>
#include <string_view>

#include "auth/sessions.hpp"
#include "errors/error.hpp"

namespace tidings::auth {

[[nodiscard]] std::string write_session(const Session& session);
// `session_invalid` where a version of the hub that this one doesn't know wrote it: while hubs that share a Redis are
// upgraded one by one, a client asks again. `internal` for what no session is: flags that mean nothing, names that no
// token and no request can bring in.
[[nodiscard]] Result<Session> read_session(std::string_view stored);

}  // namespace tidings::auth
