// The events that one commit stores: gives each its position, and settles idempotency keys (SPEC §1.5) against the
// store, the group, and the array that an event came in.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "store/event_store.hpp"

namespace tidings::store {

// An event with the fingerprint of what its key stands for; empty where it has no key.
struct KeyedEvent {
  Event event;
  std::string fingerprint;
};

class AppendGroup {
 public:
  // Positions follow `head`; every record of the group is of `time`.
  AppendGroup(const EventStore& store, Position head, WallTime time) : store_(store), head_(head), time_(time) {}

  // Takes all of `events` or none: the position of each, a known one for a known key. `key_reused` where another event
  // has the key.
  [[nodiscard]] Result<std::vector<Position>> add(std::vector<KeyedEvent> events);

  [[nodiscard]] const std::vector<Append>& appends() const { return appends_; }
  [[nodiscard]] Position head() const { return head_ + appends_.size(); }
  [[nodiscard]] std::vector<RecordPtr> records() const;

 private:
  Result<Position> place(KeyedEvent event);
  void truncate(std::size_t size);

  const EventStore& store_;
  Position head_;
  WallTime time_;
  std::vector<Append> appends_;
  std::unordered_map<std::string, KeyEntry> keys_;  // of this group
};

}  // namespace tidings::store
