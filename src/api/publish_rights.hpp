// Whether a publisher may address an event's recipients (SPEC §2).
#pragma once

#include "api/authenticate.hpp"
#include "store/record.hpp"

namespace tidings::api {

// `publish_forbidden` where nothing at all may be published: said before a body is read.
[[nodiscard]] Result<void> may_publish_something(const Publisher& publisher);
// `publish_forbidden`, naming the recipient.
[[nodiscard]] Result<void> may_publish(const Publisher& publisher, const store::Recipients& recipients);

}  // namespace tidings::api
