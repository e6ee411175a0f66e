// How many streams each user and each address has, over all shards, and how many there are: so that limits hold for the
// whole process. Thread-safe.
//
// Users and addresses are counted under a keyed 64-bit hash, not by name: 15 bytes an entry instead of a string, and
// nobody outside can find two names that share a count. A chance collision among n names has odds of n / 2^63.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "errors/error.hpp"
#include "events/dense_table.hpp"
#include "events/stream.hpp"
#include "net/address.hpp"
#include "platform/random.hpp"
#include "platform/sip_hash.hpp"

namespace tidings::events {

// Counts by 64-bit key, of which the lowest bit says nothing.
class CountTable {
 public:
  [[nodiscard]] std::uint32_t count(std::uint64_t key) const;
  void add(std::uint64_t key);
  // The key must have been added.
  void take(std::uint64_t key);
  [[nodiscard]] std::size_t size() const { return counts_.size(); }
  [[nodiscard]] std::size_t capacity() const { return counts_.capacity(); }

 private:
  struct Count {
    std::uint32_t key = 0;  // its upper half; the lower one is the hash
    std::uint32_t count = 0;
  };
  DenseTable<Count> counts_;
};

class Quota {
 public:
  Quota(const StreamSettings& settings, Random& random);

  // Counts one more, or `stream_limit`. `at_user_limit` (where given) says whether it was the user's own.
  [[nodiscard]] Result<void> take(std::string_view user, const net::IpAddress& address, bool* at_user_limit = nullptr);
  void give_back(std::string_view user, const net::IpAddress& address) { give_back_keys(key(user), key(address)); }
  void give_back_keys(std::uint64_t user, std::uint64_t address);
  // Whether `take` would succeed now.
  [[nodiscard]] Result<void> check(std::string_view user, const net::IpAddress& address) const;

  [[nodiscard]] std::uint64_t key(std::string_view user) const;
  [[nodiscard]] std::uint64_t key(const net::IpAddress& address) const;
  [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t stripes = 64;
  struct Stripe {
    mutable std::mutex mutex;
    CountTable counts;
  };
  [[nodiscard]] Stripe& stripe(std::uint64_t key) const { return stripes_[key >> 58]; }
  // Counts `key` unless it stands at `limit` already; 0 is no limit.
  [[nodiscard]] bool take_key(std::uint64_t key, std::size_t limit);
  void give_back_key(std::uint64_t key);
  [[nodiscard]] bool full(std::uint64_t key, std::size_t limit) const;

  const StreamSettings& settings_;
  SipKey user_key_;
  SipKey address_key_;
  std::atomic<std::size_t> total_{0};
  mutable std::array<Stripe, stripes> stripes_;
};

// A counted place that no stream has taken over yet.
struct Streams::Place::Taken {
  Taken(std::shared_ptr<Quota> from, std::string_view user, const net::IpAddress& address)
      : quota(std::move(from)), user_key(quota->key(user)), address_key(quota->key(address)) {}
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    if (quota) quota->give_back_keys(user_key, address_key);
  }

  std::shared_ptr<Quota> quota;  // null once a stream has taken the place over
  std::uint64_t user_key;
  std::uint64_t address_key;
};

}  // namespace tidings::events
