// A shard's streams by their user. The streams of a user are numbered from 0, and each stands in the table under its
// user's hash and its number: so a user of very many streams makes no look-up longer, neither of others nor of its own,
// and a look-up of a user with one stream is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "events/dense_table.hpp"
#include "events/subscriber.hpp"
#include "platform/sip_hash.hpp"

namespace tidings::events {

class UserTable {
 public:
  explicit UserTable(const SipKey& key) : key_(key) {}

  // As the last one of its user. A search of O(log n) among its n streams.
  void add(Subscriber& stream);
  // The user's last one takes its number.
  void remove(Subscriber& stream);

  // `visit(Subscriber&)` for each stream of `user`; it must neither add nor remove any. Returns how many they are.
  template <typename Visit>
  std::size_t for_each_of(std::string_view user, Visit visit) const {
    const std::uint64_t hash = sip_hash_1_3(key_, user);
    std::uint32_t number = 0;
    for (Subscriber* stream = at(hash, user, number); stream != nullptr; stream = at(hash, user, number)) {
      ++number;
      const bool last = stream->last_of_user;
      visit(*stream);
      if (last) break;
    }
    return number;
  }

 private:
  // Null where the user has fewer.
  [[nodiscard]] Subscriber* at(std::uint64_t hash, std::string_view user, std::uint32_t number) const {
    Subscriber* const* found = streams_.find(hash_of(hash, number), [&](const Subscriber* stream) {
      return stream->user_place == number && stream->user() == user;
    });
    return found == nullptr ? nullptr : *found;
  }
  // `stream` is one of the user's.
  [[nodiscard]] Subscriber& last(std::uint64_t hash, Subscriber& stream) const;
  [[nodiscard]] static std::uint64_t hash_of(std::uint64_t user, std::uint32_t number) {
    return user ^ (number * 0x9e3779b97f4a7c15ULL);
  }

  SipKey key_;
  SegmentedTable<Subscriber*> streams_;
};

}  // namespace tidings::events
