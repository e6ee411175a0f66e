#include "store/head_mark.hpp"

#include <gtest/gtest.h>

#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

TEST(HeadMark, ReadsBackWhatItWrote) {
  const testing::TemporaryFolder folder;
  HeadMark mark;
  ASSERT_TRUE(mark.open(folder.path()));
  EXPECT_FALSE(mark.found());
  ASSERT_TRUE(mark.write({.head = 1}));
  ASSERT_TRUE(mark.write({.head = 42, .sync_failed = true}));
  ASSERT_TRUE(mark.sync());
  ASSERT_TRUE(mark.open(folder.path()));
  ASSERT_TRUE(mark.found());
  EXPECT_EQ(mark.found()->head, 42u);
  EXPECT_TRUE(mark.found()->sync_failed);
}

TEST(HeadMark, FindsNothingInADamagedFile) {
  const testing::TemporaryFolder folder;
  HeadMark mark;
  ASSERT_TRUE(mark.open(folder.path()));
  ASSERT_TRUE(mark.write({.head = 42}));
  std::filesystem::resize_file(folder.path() / HeadMark::file_name, 5);
  ASSERT_TRUE(mark.open(folder.path()));
  EXPECT_FALSE(mark.found());
}

TEST(HeadMark, FailsWhereItCantBeKept) {
  const testing::TemporaryFolder folder;
  HeadMark mark;
  EXPECT_FALSE(mark.open(folder.path() / "missing"));
  EXPECT_FALSE(mark.write({.head = 1}));
  EXPECT_FALSE(mark.sync());
}

}  // namespace
}  // namespace tidings::store
