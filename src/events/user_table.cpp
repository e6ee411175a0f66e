#include "events/user_table.hpp"

namespace tidings::events {

Subscriber& UserTable::last(std::uint64_t hash, Subscriber& stream) const {
  Subscriber* known = &stream;
  // In steps that double until one goes too far, and then in steps that halve.
  std::uint32_t step = 1;
  bool too_far = false;
  while (!known->last_of_user && step != 0) {
    Subscriber* further = at(hash, stream.user(), known->user_place + step);
    if (further != nullptr) known = further;
    too_far = too_far || further == nullptr;
    step = too_far ? step / 2 : step * 2;
  }
  return *known;
}

void UserTable::add(Subscriber& stream) {
  const std::uint64_t hash = sip_hash_1_3(key_, stream.user());
  stream.user_place = 0;
  stream.last_of_user = true;
  if (Subscriber* first = at(hash, stream.user(), 0)) {
    Subscriber& before = last(hash, *first);
    before.last_of_user = false;
    stream.user_place = before.user_place + 1;
  }
  streams_.add(hash_of(hash, stream.user_place), &stream);
}

void UserTable::remove(Subscriber& stream) {
  const std::uint64_t hash = sip_hash_1_3(key_, stream.user());
  Subscriber& moved = last(hash, stream);
  const auto is = [](const Subscriber& wanted) { return [&](const Subscriber* other) { return other == &wanted; }; };
  if (moved.user_place > 0) at(hash, stream.user(), moved.user_place - 1)->last_of_user = true;
  streams_.remove(hash_of(hash, moved.user_place), is(moved));
  if (&moved == &stream) return;
  *streams_.find(hash_of(hash, stream.user_place), is(stream)) = &moved;
  moved.user_place = stream.user_place;
  moved.last_of_user = stream.last_of_user;
}

}  // namespace tidings::events
