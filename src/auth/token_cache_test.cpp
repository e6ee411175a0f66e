#include "auth/token_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace tidings::auth {
namespace {

const WallTime now{Seconds{1'700'000'000}};

std::shared_ptr<const VerifiedToken> token_of(std::string user) {
  VerifiedToken token;
  token.identity.user = std::move(user);
  return std::make_shared<const VerifiedToken>(std::move(token));
}

// Hashes of one shard, so that their order of use is the cache's.
evp::Sha256 hash_of(std::uint8_t number) {
  evp::Sha256 hash{};
  hash[1] = std::byte{number};
  hash[16] = std::byte{number};
  hash[17] = std::byte{1};
  return hash;
}

// Uses a token twice, so that it is kept.
void keep(TokenCache& cache, const evp::Sha256& hash, std::uint64_t generation, WallTime ends_at,
          const std::shared_ptr<const VerifiedToken>& token) {
  cache.insert(hash, generation, ends_at, token);
  cache.insert(hash, generation, ends_at, token);
}

TEST(TokenCache, KeepsWhatIsUsedAgain) {
  TokenCache cache;
  cache.insert(hash_of(1), 0, now + Seconds{1}, token_of("anna"));
  EXPECT_EQ(cache.find(hash_of(1), 0, now), nullptr) << "used once";
  EXPECT_EQ(cache.size(), 0u);
  cache.insert(hash_of(1), 0, now + Seconds{1}, token_of("anna"));
  EXPECT_NE(cache.find(hash_of(1), 0, now), nullptr);
}

TEST(TokenCache, FindsWhatItWasGiven) {
  TokenCache cache;
  EXPECT_EQ(cache.find(hash_of(1), 0, now), nullptr);
  keep(cache, hash_of(1), 0, now + Seconds{1}, token_of("anna"));
  EXPECT_EQ(cache.find(hash_of(1), 0, now)->identity.user, "anna");
  EXPECT_EQ(cache.find(hash_of(2), 0, now), nullptr);
}

TEST(TokenCache, DropsWhatIsOver) {
  TokenCache cache;
  keep(cache, hash_of(1), 0, now, token_of("anna"));
  EXPECT_EQ(cache.find(hash_of(1), 0, now), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, DropsWhatOtherKeysVerified) {
  TokenCache cache;
  keep(cache, hash_of(1), 0, now + Seconds{1}, token_of("anna"));
  EXPECT_EQ(cache.find(hash_of(1), 1, now), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, ReplacesAnEntry) {
  TokenCache cache;
  keep(cache, hash_of(1), 0, now + Seconds{1}, token_of("anna"));
  keep(cache, hash_of(1), 1, now + Seconds{1}, token_of("anna"));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_NE(cache.find(hash_of(1), 1, now), nullptr);
}

TEST(TokenCache, DropsTheLeastRecentlyUsedWhereThereAreTooMany) {
  TokenCache cache(2 * 16);  // two a shard
  keep(cache, hash_of(1), 0, now + Seconds{1}, token_of("one"));
  keep(cache, hash_of(2), 0, now + Seconds{1}, token_of("two"));
  EXPECT_NE(cache.find(hash_of(1), 0, now), nullptr);
  keep(cache, hash_of(3), 0, now + Seconds{1}, token_of("three"));
  EXPECT_NE(cache.find(hash_of(1), 0, now), nullptr);
  EXPECT_EQ(cache.find(hash_of(2), 0, now), nullptr);
  EXPECT_NE(cache.find(hash_of(3), 0, now), nullptr);
}

TEST(TokenCache, HoldsABoundedNumberOfBytes) {
  TokenCache cache(TokenCache::most_entries, 16 * 4096);
  VerifiedToken large;
  const auto pattern = events::Pattern::parse(std::string(128, 'c'), events::Names::channels).value();
  large.identity.permissions.subscribe.assign(8, pattern);
  const auto shared = std::make_shared<const VerifiedToken>(large);
  for (std::uint8_t i = 0; i < 100; ++i) keep(cache, hash_of(i), 0, now + Seconds{1}, shared);
  EXPECT_GE(cache.size(), 1u);
  EXPECT_LE(cache.size(), 3u);
  large.identity.permissions.publish.assign(100, pattern);
  keep(cache, hash_of(200), 0, now + Seconds{1}, std::make_shared<const VerifiedToken>(large));
  EXPECT_EQ(cache.find(hash_of(200), 0, now), nullptr) << "too large to remember";
}

TEST(TokenCache, IsSharedByThreads) {
  TokenCache cache(64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 2000; ++i) {
        evp::Sha256 hash{};
        hash[0] = static_cast<std::byte>(i % 32);
        hash[1] = static_cast<std::byte>(i % 7);
        if (const auto found = cache.find(hash, 0, now)) {
          EXPECT_EQ(found->identity.user, "anna");
        }
        keep(cache, hash, 0, now + Seconds{1}, token_of("anna"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(cache.size(), 64u);
}

}  // namespace
}  // namespace tidings::auth
