#include "auth/json.hpp"

#include <gtest/gtest.h>

namespace tidings::auth {
namespace {

TEST(ParseJson, TakesWhatIsJson) {
  EXPECT_EQ(parse_json(R"({"a":[1,{"b":null}],"c":{"a":1,"b":"é"}})")->dump(),
            R"({"a":[1,{"b":null}],"c":{"a":1,"b":"é"}})");
  EXPECT_TRUE(parse_json("[]").has_value());
  EXPECT_EQ(parse_json(R"([null,true,false,0,-1,18446744073709551615,1.5,"a"])")->dump(),
            R"([null,true,false,0,-1,18446744073709551615,1.5,"a"])");
}

TEST(ParseJson, RefusesWhatIsNot) {
  for (const char* text : {"", "{", "{]", "{\"a\":1,}", "{\"a\":1}x", "nul", "{\"a\":1e999}", "{a:1}", "\"\xff\"",
                           "\"\\ud800\"", "{\"a\":01}", "'a'", "// {}", "NaN"}) {
    EXPECT_FALSE(parse_json(text).has_value()) << text;
  }
}

TEST(ParseJson, RefusesWhatItsParserWouldOverlook) {
  EXPECT_FALSE(parse_json("\xef\xbb\xbf{}").has_value());
  EXPECT_FALSE(parse_json(std::string_view("{}\0", 3)).has_value());
  EXPECT_FALSE(parse_json(std::string_view("{}\0 anything", 12)).has_value());
}

TEST(ParseJson, RefusesRepeatedNamesAtEveryDepth) {
  EXPECT_FALSE(parse_json(R"({"a":1,"a":1})").has_value());
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})").has_value());
  EXPECT_FALSE(parse_json(R"({"x":[{"a":1,"b":2,"a":3}]})").has_value());
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":1}])").has_value());
}

TEST(ParseJson, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(most_json_depth)).has_value());
  EXPECT_FALSE(parse_json(nested(most_json_depth + 1)).has_value());
  EXPECT_FALSE(parse_json(nested(100'000)).has_value());
}

TEST(ParseJsonObject, RefusesOtherValues) {
  EXPECT_TRUE(parse_json_object("{}").has_value());
  for (const char* text : {"[]", "1", "\"a\"", "null", "{"}) EXPECT_FALSE(parse_json_object(text).has_value()) << text;
}

TEST(WriteJson, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(write_json(Json{{"a", "é"}}), R"({"a":"é"})");
  EXPECT_EQ(write_json(Json{{"a", "\xc3"}}), std::nullopt);
}

TEST(Member, IsNullWhereThereIsNone) {
  const Json object{{"a", 1}};
  EXPECT_EQ(*member(object, "a"), 1);
  EXPECT_EQ(member(object, "b"), nullptr);
}

}  // namespace
}  // namespace tidings::auth
