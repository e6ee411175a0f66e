// The events that one commit stores: gives each its position, and settles idempotency keys (SPEC §1.5) against the
// store, the group, and the array that an event came in.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/event_store.hpp"

namespace tidings::store {

class AppendGroup {
 public:
  // Positions follow `head`; every record of the group is of `time`. About so many events are to come.
  AppendGroup(const EventStore& store, Position head, WallTime time, std::size_t events)
      : store_(store), head_(head), time_(time) {
    appends_.reserve(events);
    positions_.reserve(events);
  }

  // Which of `positions()` are those of one call's events.
  struct Placed {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  // Takes all of `records` or none: a position for each, a known one for a known key. `key_reused` where another event
  // has the key. `fingerprints` begins with those of the events that have keys, and afterwards with what follows them.
  [[nodiscard]] Result<Placed> add(std::span<std::shared_ptr<Record>> records,
                                   std::span<const std::string>& fingerprints);
  [[nodiscard]] std::span<const Position> positions(const Placed& placed) const {
    return std::span(positions_).subspan(placed.first, placed.count);
  }

  [[nodiscard]] const std::vector<Append>& appends() const { return appends_; }
  [[nodiscard]] Position head() const { return head_ + appends_.size(); }
  [[nodiscard]] std::vector<RecordPtr> records() const;

 private:
  Result<Position> place(std::shared_ptr<Record> record, const std::string& fingerprint);
  void truncate(std::size_t size);

  const EventStore& store_;
  Position head_;
  WallTime time_;
  std::vector<Append> appends_;
  std::vector<Position> positions_;
  std::unordered_map<std::string, KeyEntry> keys_;  // of this group
};

}  // namespace tidings::store
