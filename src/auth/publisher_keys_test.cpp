#include "auth/publisher_keys.hpp"

#include <gtest/gtest.h>

namespace tidings::auth {
namespace {

TEST(PublisherKeys, AreKnownWhole) {
  const PublisherKeys keys({"first-key-0123456789-0123456789-012", "second-key-0123456789-0123456789-01"});
  EXPECT_TRUE(keys.contains("first-key-0123456789-0123456789-012"));
  EXPECT_TRUE(keys.contains("second-key-0123456789-0123456789-01"));
  EXPECT_FALSE(keys.contains("first-key-0123456789-0123456789-01"));
  EXPECT_FALSE(keys.contains("first-key-0123456789-0123456789-013"));
  EXPECT_FALSE(keys.contains(""));
}

TEST(PublisherKeys, AreNoneByDefault) {
  const PublisherKeys keys({});
  EXPECT_FALSE(keys.contains(""));
  EXPECT_FALSE(keys.contains("anything"));
}

}  // namespace
}  // namespace tidings::auth
