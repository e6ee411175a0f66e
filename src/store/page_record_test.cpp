#include "store/page_record.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::store {
namespace {

Record record_of(std::string type, std::string payload, bool text) {
  return {7, WallTime{}, {std::move(type), std::move(payload), text, {{"u1"}, {"room:1"}}, "key"}};
}

TEST(PageRecord, ShowsWhatItIsOfAfterThatIsGone) {
  PageRecord held;
  EXPECT_TRUE(held.empty());
  {
    const Record record = record_of("chapter.updated", "{\"n\":1}", false);
    held = PageRecord(record);
  }
  ASSERT_FALSE(held.empty());
  EXPECT_EQ(held.position(), 7U);
  EXPECT_EQ(held.shown().type, "chapter.updated");
  EXPECT_EQ(held.shown().payload, "{\"n\":1}");
  EXPECT_FALSE(held.shown().text);
}

TEST(PageRecord, TakesTextOfAnyBytesAndNone) {
  const std::string bytes("\0\n\xff", 3);
  EXPECT_EQ(PageRecord(record_of("t", bytes, true)).shown().payload, bytes);
  EXPECT_TRUE(PageRecord(record_of("t", bytes, true)).shown().text);
  EXPECT_EQ(PageRecord(record_of("t", "", true)).shown().payload, "");
}

TEST(PageRecord, WeighsWhatItIsShownAsAndLittleMore) {
  const Record record = record_of("chapter.updated", std::string(100, 'x'), true);
  const std::size_t shown = record.event.type.size() + record.event.payload.size();
  EXPECT_GE(PageRecord(record).bytes_in_memory(), shown + 64);  // two counters, a table and malloc's own among it
  EXPECT_LE(PageRecord(record).bytes_in_memory(), shown + 96);
  EXPECT_GE(PageRecord::bytes_on_a_page, sizeof(PageRecord));
}

}  // namespace
}  // namespace tidings::store
