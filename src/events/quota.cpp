#include "events/quota.hpp"

#include <chrono>
#include <utility>

namespace tidings::events {
namespace {

std::uint32_t upper_half(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32); }
std::uint32_t hash_of(std::uint64_t key) { return static_cast<std::uint32_t>(key); }
auto counts_of(std::uint64_t key) {
  return [half = upper_half(key)](const auto& count) { return count.key == half; };
}

tl::unexpected<Error> over_limit(std::string detail, Milliseconds heartbeat) {
  // Whoever is stuck gives way after a heartbeat.
  const auto wait = std::max(Seconds{1}, std::chrono::duration_cast<Seconds>(heartbeat));
  return fail(ErrorCode::stream_limit, std::move(detail), wait);
}

}  // namespace

std::uint32_t CountTable::count(std::uint64_t key) const {
  const Count* found = counts_.find(hash_of(key), counts_of(key));
  return found == nullptr ? 0 : found->count;
}

void CountTable::add(std::uint64_t key) {
  if (Count* found = counts_.find(hash_of(key), counts_of(key))) {
    ++found->count;
  } else {
    counts_.add(hash_of(key), {upper_half(key), 1});
  }
}

void CountTable::take(std::uint64_t key) {
  Count* found = counts_.find(hash_of(key), counts_of(key));
  if (--found->count == 0) counts_.remove(found);
}

Quota::Quota(const StreamSettings& settings, Random& random)
    : settings_(settings), user_key_(SipKey::make(random)), address_key_(SipKey::make(random)) {}

std::uint64_t Quota::key(std::string_view user) const { return sip_hash_1_3(user_key_, user); }

std::uint64_t Quota::key(const net::IpAddress& address) const { return sip_hash_1_3(address_key_, address.bytes()); }

bool Quota::full(std::uint64_t key, std::size_t limit) const {
  if (limit == 0) return false;
  const Stripe& at = stripe(key);
  const std::lock_guard lock(at.mutex);
  return at.counts.count(key) >= limit;
}

bool Quota::take_key(std::uint64_t key, std::size_t limit) {
  Stripe& at = stripe(key);
  const std::lock_guard lock(at.mutex);
  if (limit != 0 && at.counts.count(key) >= limit) return false;
  at.counts.add(key);
  return true;
}

void Quota::give_back_key(std::uint64_t key) {
  Stripe& at = stripe(key);
  const std::lock_guard lock(at.mutex);
  at.counts.take(key);
}

void Quota::give_back_keys(std::uint64_t user, std::uint64_t address) {
  give_back_key(address);
  give_back_key(user);
  total_.fetch_sub(1, std::memory_order_relaxed);
}

Result<void> Quota::take(std::string_view user, const net::IpAddress& address, bool* at_user_limit) {
  const Milliseconds heartbeat = settings_.heartbeat.load();
  if (at_user_limit != nullptr) *at_user_limit = false;
  if (total_.fetch_add(1, std::memory_order_relaxed) >= settings_.streams.load()) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return over_limit("the hub has as many streams as it may", heartbeat);
  }
  const std::uint64_t user_key = key(user);
  if (!take_key(user_key, settings_.streams_per_user.load())) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    if (at_user_limit != nullptr) *at_user_limit = true;
    return over_limit("this user has as many streams as one may", heartbeat);
  }
  if (!take_key(key(address), settings_.streams_per_address.load())) {
    give_back_key(user_key);
    total_.fetch_sub(1, std::memory_order_relaxed);
    return over_limit("this address has as many streams as one may", heartbeat);
  }
  return {};
}

Result<void> Quota::check(std::string_view user, const net::IpAddress& address) const {
  const Milliseconds heartbeat = settings_.heartbeat.load();
  if (total() >= settings_.streams.load()) return over_limit("the hub has as many streams as it may", heartbeat);
  if (full(key(user), settings_.streams_per_user.load())) {
    return over_limit("this user has as many streams as one may", heartbeat);
  }
  if (full(key(address), settings_.streams_per_address.load())) {
    return over_limit("this address has as many streams as one may", heartbeat);
  }
  return {};
}

}  // namespace tidings::events
