// What makes two events the same for an idempotency key (SPEC §1.5): equal type, form, payload, and recipients as sets.
#pragma once

#include <string>

#include "store/record.hpp"

namespace tidings::store {

// 32 bytes: SHA-256 over the event's type, form, payload and its sorted recipients, each with its length before it so
// that no two different events read the same. The key itself is not part of it.
[[nodiscard]] std::string fingerprint(const Event& event);

}  // namespace tidings::store
