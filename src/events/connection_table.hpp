// A shard's streams by connection id. The ids are random already, so they are their own hash.
#pragma once

#include <cstddef>

#include "events/dense_table.hpp"
#include "events/stream.hpp"

namespace tidings::events {

struct Subscriber;

class ConnectionTable {
 public:
  void add(Subscriber& subscriber);
  void remove(const Subscriber& subscriber);
  // Null where there is none.
  [[nodiscard]] Subscriber* find(const ConnectionId& id) const;
  [[nodiscard]] std::size_t size() const { return streams_.size(); }

  template <typename Visit>
  void for_each(Visit visit) const {
    streams_.for_each([&](Subscriber* subscriber) { visit(*subscriber); });
  }

 private:
  SegmentedTable<Subscriber*> streams_;
};

}  // namespace tidings::events
