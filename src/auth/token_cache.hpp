// Access tokens that were verified lately, so that a page that comes back, or a publisher's hundredth request, costs a
// hash and not a signature. Knows tokens by their SHA-256 only. Thread-safe: shards of a lock each.
//
// A token is kept from its second use on: most open one stream and are never shown again, and would otherwise take
// about as much memory as their streams. Of those seen once, 8 bytes of the hash are noted, in a table of fixed size.
//
// An entry is about 350 bytes for a token with a few permissions; both bounds hold, over all shards together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "auth/claims.hpp"
#include "auth/evp.hpp"

namespace tidings::auth {

class TokenCache {
 public:
  static constexpr std::size_t most_entries = 65'536;
  static constexpr std::size_t most_bytes = 32 * 1024 * 1024;

  // The bounds are arguments for tests.
  explicit TokenCache(std::size_t entries = most_entries, std::size_t bytes = most_bytes);

  // Null where it isn't known, was verified with keys of another generation, or is over by `now`; those are dropped.
  [[nodiscard]] std::shared_ptr<const VerifiedToken> find(const evp::Sha256& hash, std::uint64_t generation,
                                                          WallTime now);
  // Notes the token the first time, keeps it until `ends_at` the second time. Makes room by dropping what was not used
  // for the longest time.
  void insert(const evp::Sha256& hash, std::uint64_t generation, WallTime ends_at,
              std::shared_ptr<const VerifiedToken> token);
  [[nodiscard]] std::size_t size() const;

 private:
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t seen_a_shard = most_entries / shard_count;

  struct Entry {
    evp::Sha256 hash;
    std::uint64_t generation;
    WallTime ends_at;
    std::size_t bytes;
    std::shared_ptr<const VerifiedToken> token;
  };
  using Entries = std::list<Entry>;  // the most recently used first
  struct Hash {
    std::size_t operator()(const evp::Sha256& hash) const;
  };
  struct Shard {
    mutable std::mutex mutex;
    Entries entries;
    std::unordered_map<evp::Sha256, Entries::iterator, Hash> places;
    std::size_t bytes = 0;
    std::vector<std::uint64_t> seen = std::vector<std::uint64_t>(seen_a_shard);

    // Whether this was noted before; notes it.
    bool seen_before(const evp::Sha256& hash);
    void drop(Entries::iterator entry);
  };

  Shard& shard_of(const evp::Sha256& hash);

  std::size_t entries_a_shard_;
  std::size_t bytes_a_shard_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace tidings::auth
