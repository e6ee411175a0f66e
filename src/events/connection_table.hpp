// A shard's streams by connection id. The ids are random already, so they are their own hash: open addressing over
// pointers, 8 bytes a slot, at most three quarters full.
#pragma once

#include <cstddef>
#include <vector>

#include "events/stream.hpp"

namespace tidings::events {

struct Subscriber;

class ConnectionTable {
 public:
  void add(Subscriber& subscriber);
  void remove(const Subscriber& subscriber);
  // Null where there is none.
  [[nodiscard]] Subscriber* find(const ConnectionId& id) const;
  [[nodiscard]] std::size_t size() const { return used_; }

  template <typename Visit>
  void for_each(Visit visit) const {
    for (Subscriber* subscriber : slots_) {
      if (subscriber != nullptr) visit(*subscriber);
    }
  }

 private:
  [[nodiscard]] std::size_t slot_of(const ConnectionId& id) const;
  void resize(std::size_t capacity);

  std::vector<Subscriber*> slots_;
  std::size_t used_ = 0;
};

}  // namespace tidings::events
