#include "platform/room.hpp"

#include <gtest/gtest.h>

namespace tidings {
namespace {

TEST(Room, IsFreed) {
  std::string text(10'000, 'x');
  empty_and_free(text);
  EXPECT_EQ(text, "");
  EXPECT_EQ(text.capacity(), std::string().capacity());
}

}  // namespace
}  // namespace tidings
