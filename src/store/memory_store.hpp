// A log in memory, for `store = "memory"` and for tests: gone when the hub ends, so each start is a new epoch.
#pragma once

#include <memory>

#include "store/event_store.hpp"

namespace tidings::store {

// Records in a double-ended queue and each recipient's positions beside it: a resume is a binary search a recipient.
// About 150 bytes a record beside its own, and 8 for each of its recipients; retention bounds all of it. Appending
// takes a lock that readers share.
[[nodiscard]] std::unique_ptr<EventStore> make_memory_store();

}  // namespace tidings::store
