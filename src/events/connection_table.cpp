#include "events/connection_table.hpp"

#include <cstdint>
#include <cstring>

#include "events/subscriber.hpp"

namespace tidings::events {
namespace {

std::uint64_t hash_of(const ConnectionId& id) {
  std::uint64_t random = 0;
  std::memcpy(&random, id.bytes.data() + 8, sizeof random);
  return random;
}

}  // namespace

Subscriber* ConnectionTable::find(const ConnectionId& id) const {
  Subscriber* const* found = streams_.find(hash_of(id), [&](const Subscriber* stream) { return stream->id == id; });
  return found == nullptr ? nullptr : *found;
}

void ConnectionTable::add(Subscriber& subscriber) { streams_.add(hash_of(subscriber.id), &subscriber); }

void ConnectionTable::remove(const Subscriber& subscriber) {
  streams_.remove(hash_of(subscriber.id), [&](const Subscriber* stream) { return stream == &subscriber; });
}

}  // namespace tidings::events
