#include "auth/token_cache.hpp"

#include <cstring>
#include <utility>

namespace tidings::auth {
namespace {

// What it takes on the heap, near enough for a bound.
std::size_t bytes_of(const std::vector<events::Pattern>& patterns) {
  std::size_t bytes = patterns.size() * sizeof(events::Pattern);
  for (const auto& pattern : patterns) bytes += pattern.text().size();
  return bytes;
}

std::size_t bytes_of(const VerifiedToken& token) {
  constexpr std::size_t of_containers = 100;  // nodes of the list and the table
  return sizeof(VerifiedToken) + of_containers + token.identity.user.size() +
         bytes_of(token.identity.permissions.subscribe) + bytes_of(token.identity.permissions.publish);
}

}  // namespace

std::size_t TokenCache::Hash::operator()(const evp::Sha256& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.data() + 1, sizeof(value));  // the first byte chose the shard
  return value;
}

TokenCache::TokenCache(std::size_t entries, std::size_t bytes)
    : entries_a_shard_(entries / shard_count), bytes_a_shard_(bytes / shard_count) {}

TokenCache::Shard& TokenCache::shard_of(const evp::Sha256& hash) {
  return shards_[std::to_integer<std::size_t>(hash[0]) % shard_count];
}

bool TokenCache::Shard::seen_before(const evp::Sha256& hash) {
  std::uint64_t mark = 0;
  std::memcpy(&mark, hash.data() + 16, sizeof(mark));
  return std::exchange(seen[mark % seen.size()], mark) == mark;
}

void TokenCache::Shard::drop(Entries::iterator entry) {
  bytes -= entry->bytes;
  places.erase(entry->hash);
  entries.erase(entry);
}

std::shared_ptr<const VerifiedToken> TokenCache::find(const evp::Sha256& hash, std::uint64_t generation, WallTime now) {
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  const auto place = shard.places.find(hash);
  if (place == shard.places.end()) return nullptr;
  const auto entry = place->second;
  if (entry->generation != generation || now >= entry->ends_at) {
    shard.drop(entry);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->token;
}

void TokenCache::insert(const evp::Sha256& hash, std::uint64_t generation, WallTime ends_at,
                        std::shared_ptr<const VerifiedToken> token) {
  const std::size_t bytes = sizeof(Entry) + bytes_of(*token);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  if (!shard.seen_before(hash)) return;
  if (const auto place = shard.places.find(hash); place != shard.places.end()) shard.drop(place->second);
  shard.entries.push_front(Entry{hash, generation, ends_at, bytes, std::move(token)});
  shard.places.emplace(hash, shard.entries.begin());
  shard.bytes += bytes;
  while (!shard.entries.empty() && (shard.entries.size() > entries_a_shard_ || shard.bytes > bytes_a_shard_)) {
    shard.drop(std::prev(shard.entries.end()));
  }
}

std::size_t TokenCache::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

}  // namespace tidings::auth
