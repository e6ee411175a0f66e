#include "api/line_splitter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidings::api {
namespace {

constexpr std::size_t limit = 5;

// All lines that are complete; "<long>" for those over the limit.
std::vector<std::string> lines_of(LineSplitter& splitter) {
  std::vector<std::string> lines;
  while (const auto line = splitter.next(limit)) lines.push_back(line->too_long ? "<long>" : std::string(line->text));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineSplitter, GivesOutCompleteLinesOnly) {
  LineSplitter splitter;
  splitter.add("a\nbc\n\nd");
  EXPECT_EQ(lines_of(splitter), (Lines{"a", "bc", ""}));
  EXPECT_FALSE(splitter.empty());
  splitter.add("e\n");
  EXPECT_EQ(lines_of(splitter), Lines{"de"});
  EXPECT_TRUE(splitter.empty());
}

TEST(LineSplitter, TakesALastLineWithoutNewline) {
  LineSplitter splitter;
  splitter.add("a\nb");
  splitter.finish();
  EXPECT_EQ(lines_of(splitter), (Lines{"a", "b"}));
  EXPECT_TRUE(splitter.empty());
}

TEST(LineSplitter, FindsNoLineAfterALastNewline) {
  LineSplitter splitter;
  splitter.add("a\n");
  splitter.finish();
  EXPECT_EQ(lines_of(splitter), Lines{"a"});
}

TEST(LineSplitter, SkipsAnOverlongLineToItsNewline) {
  LineSplitter splitter;
  splitter.add("123456\nok\n12345\n");
  EXPECT_EQ(lines_of(splitter), (Lines{"<long>", "ok", "12345"}));
}

TEST(LineSplitter, SaysThatALineIsTooLongOnceAndHoldsNothingOfIt) {
  LineSplitter splitter;
  splitter.add("1234567");
  EXPECT_EQ(lines_of(splitter), Lines{"<long>"});
  EXPECT_TRUE(splitter.empty());
  splitter.add("89012345678901234567890");
  EXPECT_EQ(lines_of(splitter), Lines{});
  EXPECT_TRUE(splitter.empty());
  splitter.add("more\nok\n");
  EXPECT_EQ(lines_of(splitter), Lines{"ok"});
}

TEST(LineSplitter, SaysThatALastLineIsTooLong) {
  LineSplitter splitter;
  splitter.add("1234567");
  splitter.finish();
  EXPECT_EQ(lines_of(splitter), Lines{"<long>"});
}

TEST(LineSplitter, FindsTheSameLinesHoweverTheBytesArrive) {
  const std::string text = "a\n\n12345\n123456\n7\nlast";
  LineSplitter whole;
  whole.add(text);
  whole.finish();
  const Lines expected = lines_of(whole);
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    LineSplitter splitter;
    Lines found;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      splitter.add(std::string_view(text).substr(at, piece));
      for (auto& line : lines_of(splitter)) found.push_back(line);
    }
    splitter.finish();
    for (auto& line : lines_of(splitter)) found.push_back(line);
    EXPECT_EQ(found, expected) << piece;
  }
}

}  // namespace
}  // namespace tidings::api
