#include "shared/scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::shared {
namespace {

using redis::Reply;

// What meet.lua answers, as text but for the number before the last.
std::optional<Meeting> read(const std::vector<std::string>& parts) {
  std::vector<Reply> elements;
  for (const std::string& part : parts) {
    if (elements.size() == 6) elements.push_back(Reply::integer(1));
    elements.push_back(Reply::text(part));
  }
  return Meeting::read(Reply::array(std::move(elements)));
}

const std::vector<std::string> whole = {
    "00000000000000aa",
    " 000000000000000a:0-1:0000000000000001 000000000000000b:7-2:00000000000000ff",
    "9-0",
    "3-2",
    bytes_of(33),
    "1700000000000",
    "passed",
};

TEST(MeetingReply, SaysWhereTheLogStands) {
  const auto meeting = read(whole);
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting->log, 0xaau);
  ASSERT_EQ(meeting->epochs.size(), 2u);
  EXPECT_EQ(meeting->epochs[0].id, 0xau);
  EXPECT_EQ(meeting->epochs[1].begun, (EntryId{7, 2}));
  EXPECT_EQ(meeting->epochs[1].mark, 0xffu);
  EXPECT_EQ(meeting->last, (EntryId{9, 0}));
  EXPECT_EQ(meeting->floor, (EntryId{3, 2}));
  EXPECT_EQ(meeting->floor_mark, 33u);
  EXPECT_EQ(meeting->now, WallTime{Seconds{1'700'000'000}});
  EXPECT_TRUE(meeting->more);
  EXPECT_EQ(meeting->standing, Standing::passed);
}

TEST(MeetingReply, KnowsEveryStanding) {
  const auto standing = [](const std::string& word) {
    auto parts = whole;
    parts.back() = word;
    const auto meeting = read(parts);
    return meeting ? std::optional(meeting->standing) : std::nullopt;
  };
  EXPECT_EQ(standing("same"), Standing::same);
  EXPECT_EQ(standing("passed"), Standing::passed);
  EXPECT_EQ(standing("differs"), Standing::differs);
  EXPECT_EQ(standing("other"), Standing::other);
  EXPECT_EQ(standing("elsewhere"), std::nullopt);
}

// As where the state was written by something else than a hub.
TEST(MeetingReply, IsNoneWhereAnyPartIsNotWhatItShouldBe) {
  ASSERT_TRUE(read(whole));
  for (std::size_t part = 0; part < whole.size(); ++part) {
    auto parts = whole;
    parts[part] = "?";
    EXPECT_FALSE(read(parts)) << part;
  }
  for (const std::string epochs :
       {"", " ", " 000000000000000a", " 000000000000000a:0-1", " a:0-1:0000000000000001",
        " 000000000000000a:1:0000000000000001", " 000000000000000a:0-1:1", " 000000000000000a:0-1:0000000000000001 "}) {
    auto parts = whole;
    parts[1] = epochs;
    EXPECT_FALSE(read(parts)) << '"' << epochs << '"';
  }
  EXPECT_FALSE(Meeting::read(Reply()));
  EXPECT_FALSE(Meeting::read(Reply::text("OK")));
}

}  // namespace
}  // namespace tidings::shared
