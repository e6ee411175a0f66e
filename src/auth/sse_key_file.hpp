// The random key that signs SSE tokens where no secret is configured (SPEC §3), kept in the data folder so that tokens
// survive a restart. A line of base64url, readable by the hub's own user only.
#pragma once

#include <string>

#include "auth/tokens.hpp"
#include "errors/error.hpp"
#include "platform/random.hpp"

namespace tidings::auth {

// Loads the key at `path`, or makes one there (mode 0600), complete and synced to the disk before it has its name. A
// file that others may read, or that holds anything else, is an error that names it: `internal`.
[[nodiscard]] Result<SseKey> load_or_create_sse_key(const std::string& path, Random& random);

}  // namespace tidings::auth
