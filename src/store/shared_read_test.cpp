#include "store/shared_read.hpp"

#include <gtest/gtest.h>

#include "store/testing/events.hpp"

namespace tidings::store {
namespace {

using testing::append_at;
using testing::everything_after;
using testing::for_channels;
using testing::positions_of;
using Positions = std::vector<Position>;

constexpr Position last = 4'000;

Read of_prefixes(std::vector<std::string> prefixes) {
  Read read{everything_after(0, last), {}};
  read.query.channel_prefixes = std::move(prefixes);
  return read;
}

TEST(SharedRead, AsksOnlyThosePatternsThatBeginAsTheChannelDoes) {
  constexpr std::size_t channels = 2'000;
  std::size_t asked = 0;
  std::vector<Read> reads;
  for (std::size_t team = 0; team < 4'096; ++team) {
    reads.push_back(of_prefixes({"team:" + std::to_string(team) + ":"}));
    reads.back().query.accept_channel = [&asked](std::string_view) { return ++asked > 0; };
  }
  SharedRead pages(reads, 0);
  for (Position i = 1; i <= last; ++i) {
    pages.take(*append_at(i, for_channels({"team:" + std::to_string(i % channels) + ":news"})).record);
  }
  EXPECT_EQ(asked, last);
  // Four look-ups, a pattern and an offer for each: prefixes here have four lengths.
  EXPECT_LE(pages.asked(), 6 * last);
  EXPECT_EQ(pages.found(), last);
  EXPECT_EQ(positions_of(pages.finish(7, last).records), (Positions{7, channels + 7}));
  EXPECT_TRUE(pages.finish(channels, last).records.empty());
}

TEST(SharedRead, FindsReadersByPrefixesOfEveryLength) {
  const std::vector<Read> reads = {of_prefixes({""}), of_prefixes({"room:"}), of_prefixes({"room:1", "room:"}),
                                   of_prefixes({"room:12", "room:12"}), of_prefixes({"r", "lobby"})};
  SharedRead pages(reads, 0);
  Position position = 0;
  for (const char* channel : {"room:1", "room:12", "lobby", "r", "roo", "room:12"}) {
    pages.take(*append_at(++position, for_channels({channel})).record);
  }
  const std::vector<Positions> expected = {{1, 2, 3, 4, 5, 6}, {1, 2, 6}, {1, 2, 6}, {2, 6}, {1, 2, 3, 4, 5, 6}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(positions_of(pages.finish(i, position).records), expected[i]) << i;
  }
  EXPECT_EQ(pages.found(), 6U);
}

}  // namespace
}  // namespace tidings::store
