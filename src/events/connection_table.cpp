#include "events/connection_table.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

#include "events/subscriber.hpp"

namespace tidings::events {
namespace {

constexpr std::size_t least_slots = 16;

std::size_t home_of(const ConnectionId& id, std::size_t mask) {
  std::uint64_t random = 0;
  std::memcpy(&random, id.bytes.data() + 8, sizeof random);
  return random & mask;
}

}  // namespace

std::size_t ConnectionTable::slot_of(const ConnectionId& id) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = home_of(id, mask);
  while (slots_[at] != nullptr && slots_[at]->id != id) at = (at + 1) & mask;
  return at;
}

Subscriber* ConnectionTable::find(const ConnectionId& id) const {
  return slots_.empty() ? nullptr : slots_[slot_of(id)];
}

void ConnectionTable::add(Subscriber& subscriber) {
  if ((used_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? least_slots : slots_.size() * 2);
  slots_[slot_of(subscriber.id)] = &subscriber;
  ++used_;
}

void ConnectionTable::remove(const Subscriber& subscriber) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(subscriber.id);
  slots_[hole] = nullptr;
  --used_;
  // Streams that a probe would no longer reach move back into the hole.
  for (std::size_t at = (hole + 1) & mask; slots_[at] != nullptr; at = (at + 1) & mask) {
    const std::size_t home = home_of(slots_[at]->id, mask);
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = std::exchange(slots_[at], nullptr);
      hole = at;
    }
  }
  if (slots_.size() > least_slots && used_ * 8 < slots_.size()) resize(slots_.size() / 2);
}

void ConnectionTable::resize(std::size_t capacity) {
  const std::vector<Subscriber*> old = std::exchange(slots_, std::vector<Subscriber*>(capacity));
  for (Subscriber* subscriber : old) {
    if (subscriber != nullptr) slots_[slot_of(subscriber->id)] = subscriber;
  }
}

}  // namespace tidings::events
