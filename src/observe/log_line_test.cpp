#include "observe/log_line.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "observe/line_writer.hpp"
#include "platform/random.hpp"
#include "platform/utf8.hpp"

namespace tidings::observe {
namespace {

using namespace std::string_literals;

constexpr WallTime time_of_day{Seconds{1'769'851'800} + Milliseconds{250}};  // 2026-01-31T09:30:00.250Z

std::string text_line(std::vector<Field> fields) {
  return format_line(Format::text, time_of_day, Level::info, "tried", fields);
}
nlohmann::json json_line(std::vector<Field> fields) {
  return nlohmann::json::parse(format_line(Format::json, time_of_day, Level::info, "tried", fields));
}
// What stands after `value=`.
std::string text_value(std::string_view value) { return text_line({{"value", value}}).substr(42); }

TEST(LogLine, SaysWhenHowBadAndWhat) {
  EXPECT_EQ(text_line({}), "2026-01-31T09:30:00.250Z info tried");
  EXPECT_EQ(format_line(Format::json, time_of_day, Level::error, "tried", {}),
            R"({"time":"2026-01-31T09:30:00.250Z","level":"error","event":"tried"})");
}

TEST(LogLine, NamesItsLevel) {
  EXPECT_EQ(level_name(Level::debug), "debug");
  EXPECT_EQ(level_name(Level::info), "info");
  EXPECT_EQ(level_name(Level::warning), "warning");
  EXPECT_EQ(level_name(Level::error), "error");
}

TEST(LogLine, WritesEveryKindOfValue) {
  const std::string owned = "words";
  const std::vector<Field> fields{{"a", "plain"},
                                  {"b", owned},
                                  {"c", -1},
                                  {"d", std::uint64_t{1} << 63},
                                  {"e", 0.5},
                                  {"f", true},
                                  {"g", std::string_view("view")}};
  EXPECT_EQ(text_line(fields).substr(36), "a=plain b=words c=-1 d=9223372036854775808 e=0.5 f=true g=view");
  const auto json = json_line(fields);
  EXPECT_EQ(json["a"], "plain");
  EXPECT_EQ(json["c"], -1);
  EXPECT_EQ(json["d"], std::uint64_t{1} << 63);
  EXPECT_EQ(json["e"], 0.5);
  EXPECT_EQ(json["f"], true);
}

TEST(LogLine, QuotesTextThatCouldBeTakenForMoreThanOneValue) {
  EXPECT_EQ(text_value("127.0.0.1:8080"), "127.0.0.1:8080");
  EXPECT_EQ(text_value(""), R"("")");
  EXPECT_EQ(text_value("two words"), R"("two words")");
  EXPECT_EQ(text_value("a=b"), R"("a=b")");
  EXPECT_EQ(text_value(R"(say "x")"), R"("say \"x\"")");
  EXPECT_EQ(text_value(R"(back\slash)"), R"("back\\slash")");
}

TEST(LogLine, EscapesControlCharacters) {
  EXPECT_EQ(text_value("a\r\nb\tc"), R"("a\r\nb\tc")");
  EXPECT_EQ(text_value("\x1b[31m\x7f\0"s), R"("\u001b[31m\u007f\u0000")");
  EXPECT_EQ(text_value("\u009b31m"), R"("\u009b31m")");
  EXPECT_EQ(text_value("\u2028\u2029"), R"("\u2028\u2029")");
}

TEST(LogLine, LeavesOtherCharactersAlone) {
  EXPECT_EQ(text_value("é€😀\u00a0"), "é€😀\u00a0");
  EXPECT_EQ(json_line({{"value", "é€😀"}})["value"], "é€😀");
}

TEST(LogLine, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(text_value("a\xff\xe2\x82z"), R"("a\xff\xe2\x82z")");
  EXPECT_EQ(json_line({{"value", "a\xff"}})["value"], "a\ufffd");
}

TEST(LogLine, HasNoNumbersThatJsonHasNot) {
  EXPECT_EQ(json_line({{"value", std::numeric_limits<double>::infinity()}})["value"], nullptr);
  EXPECT_EQ(text_line({{"value", std::numeric_limits<double>::infinity()}}).substr(36), "value=inf");
}

TEST(LogLine, CutsLongValues) {
  const std::string cut = json_line({{"value", std::string(5000, 'x')}})["value"];
  EXPECT_EQ(cut, std::string(longest_value - 3, 'x') + "…");
}

TEST(LogLine, LeavesOutFieldsThatDoNotFitAndSaysSo) {
  const std::string long_value(1000, 'x');
  const std::vector<Field> fields(10, Field("value", long_value));
  for (const Format format : {Format::text, Format::json}) {
    const std::string line = format_line(format, time_of_day, Level::info, "tried", fields);
    EXPECT_LT(line.size(), longest_line);
    EXPECT_NE(line.find("truncated"), std::string::npos);
  }
  EXPECT_EQ(json_line(fields)["truncated"], true);
}

TEST(LogLine, IsOneLineOfUtf8WhateverTheValue) {
  SeededRandom random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string value(random.below(40), '\0');
    random.fill(std::as_writable_bytes(std::span(value.data(), value.size())));
    for (const Format format : {Format::text, Format::json}) {
      const std::vector<Field> fields{{"value", value}};
      const std::string line = format_line(format, time_of_day, Level::info, "tried", fields);
      EXPECT_TRUE(valid_utf8(line));
      EXPECT_EQ(line.find_first_of("\r\n\x1b"s + '\0'), std::string::npos);
      EXPECT_TRUE(format == Format::text || nlohmann::json::accept(line)) << line;
    }
  }
}

}  // namespace
}  // namespace tidings::observe
