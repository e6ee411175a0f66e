#include "events/pattern.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "events/filters.hpp"

namespace tidings::events {
namespace {

Pattern channel(std::string_view text) { return Pattern::parse(text, Names::channels).value(); }

TEST(Pattern, AStarStandsForExactlyOneSegment) {
  EXPECT_TRUE(channel("novel:*").matches("novel:42"));
  EXPECT_FALSE(channel("novel:*").matches("novel"));
  EXPECT_FALSE(channel("novel:*").matches("novel:42:x"));
  EXPECT_FALSE(channel("novel:*").matches("novella:42"));
  EXPECT_TRUE(channel("*:x:*").matches("a:x:b"));
  EXPECT_FALSE(channel("*:x:*").matches("a:y:b"));
  EXPECT_FALSE(channel("*:x").matches("a:x:b"));
}

TEST(Pattern, ALastDoubleStarStandsForOneOrMore) {
  EXPECT_TRUE(channel("**").matches("a"));
  EXPECT_TRUE(channel("**").matches("a:b:c"));
  EXPECT_TRUE(channel("a:**").matches("a:b"));
  EXPECT_TRUE(channel("a:**").matches("a:b:c"));
  EXPECT_FALSE(channel("a:**").matches("a"));
  EXPECT_TRUE(channel("*:**").matches("a:b"));
  EXPECT_FALSE(channel("*:**").matches("a"));
}

TEST(Pattern, WithoutWildcardsItIsAName) {
  EXPECT_TRUE(channel("a:b").exact());
  EXPECT_TRUE(channel("a:b").matches("a:b"));
  EXPECT_FALSE(channel("a:b").matches("a:c"));
  EXPECT_EQ(channel("a:b").prefix(), "a:b");
  EXPECT_FALSE(channel("a:*").exact());
  EXPECT_EQ(channel("a:*:c").prefix(), "a:");
  EXPECT_EQ(channel("**").prefix(), "");
}

TEST(Pattern, RefusesWhatIsNone) {
  for (const char* bad : {"", ":", "a:", "a::b", "a*", "**:a", "*a:b", "a:***", "a b", "a/b", "a:**:*"}) {
    const auto parsed = Pattern::parse(bad, Names::channels);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::parameter_invalid);
  }
  EXPECT_FALSE(Pattern::parse("a@b", Names::types));
  EXPECT_TRUE(Pattern::parse("a.*", Names::types));
  EXPECT_TRUE(Pattern::parse("a:b.**", Names::types));
  EXPECT_FALSE(Pattern::parse(std::string(129, 'a'), Names::types));
}

TEST(Pattern, CoversWhatMatchesNoMore) {
  EXPECT_TRUE(channel("**").covers(channel("a:*")));
  EXPECT_TRUE(channel("a:**").covers(channel("a:*")));
  EXPECT_TRUE(channel("a:**").covers(channel("a:*:**")));
  EXPECT_TRUE(channel("a:*").covers(channel("a:b")));
  EXPECT_TRUE(channel("a:*").covers(channel("a:*")));
  EXPECT_FALSE(channel("a:*").covers(channel("a:**")));
  EXPECT_FALSE(channel("a:b").covers(channel("a:*")));
  EXPECT_FALSE(channel("*:**").covers(channel("**")));
  EXPECT_FALSE(channel("a:*").covers(channel("a:*:*")));
  EXPECT_FALSE(channel("a:b").covers(channel("a:c:*")));
  EXPECT_FALSE(channel("**").covers(Pattern::parse("a", Names::types).value()));
}

TEST(Pattern, CoversExactlyWhatEnumerationSays) {
  const std::vector<std::string> segments{"a", "b", "*", "**"};
  std::vector<Pattern> all;
  std::vector<std::string> names;
  const std::function<void(const std::string&, int)> grow = [&](const std::string& text, int depth) {
    if (!text.empty()) {
      if (auto parsed = Pattern::parse(text, Names::channels)) all.push_back(*parsed);
      if (text.find('*') == std::string::npos) names.push_back(text);
    }
    if (depth == 0) return;
    for (const auto& segment : segments) grow(text.empty() ? segment : text + ":" + segment, depth - 1);
  };
  grow("", 3);
  // A segment and a length that no pattern names stand for all others.
  for (const std::string& name : std::vector<std::string>(names)) names.push_back(name + ":c");
  for (const char* name : {"c", "c:c", "c:c:c", "c:c:c:c", "a:c", "a:c:c", "b:c:a", "c:a", "c:b", "a:c:b", "c:a:b"})
    names.emplace_back(name);
  for (const Pattern& wide : all) {
    for (const Pattern& narrow : all) {
      bool covered = true;
      for (const std::string& name : names) covered = covered && (!narrow.matches(name) || wide.matches(name));
      EXPECT_EQ(wide.covers(narrow), covered) << wide.text() << " " << narrow.text();
    }
  }
}

TEST(Patterns, AreAListWithCommas) {
  const auto parsed = parse_patterns("a.*,b,c.**", Names::types);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 3U);
  EXPECT_EQ((*parsed)[2].text(), "c.**");
  EXPECT_EQ((*parsed)[0].names(), Names::types);
  for (const char* bad : {"", ",", "a,", ",a", "a,,b", "a, b"}) EXPECT_FALSE(parse_patterns(bad, Names::types)) << bad;
}

TEST(Patterns, AreAtMostSixtyFour) {
  std::string list = "a";
  for (int i = 1; i < 64; ++i) list += ",a";
  EXPECT_TRUE(parse_patterns(list, Names::channels));
  const auto refused = parse_patterns(list + ",a", Names::channels);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::parameter_invalid);
}

TEST(Patterns, NormalizedKeepOnlyWhatNoOtherCovers) {
  EXPECT_EQ(key_of(normalized(parse_patterns("b,a,a.*,a.b,b", Names::types).value())), "a,a.*,b,");
  EXPECT_EQ(key_of(normalized(parse_patterns("x.y,**,z", Names::types).value())), "**,");
}

}  // namespace
}  // namespace tidings::events
