#include "http/query.hpp"

#include <gtest/gtest.h>

namespace tidings::http {
namespace {

TEST(Query, HoldsParametersInTheirOrder) {
  const auto query = Query::parse("a=1&b=%C3%A4+x&&c&=d&e=f=g").value();
  const std::vector<std::pair<std::string, std::string>> expected{
      {"a", "1"}, {"b", "\xc3\xa4 x"}, {"c", ""}, {"", "d"}, {"e", "f=g"}};
  EXPECT_EQ(query.all(), expected);
  EXPECT_TRUE(query.has("c"));
  EXPECT_FALSE(query.has("C"));
  EXPECT_TRUE(Query::parse("")->all().empty());
}

TEST(Query, GivesTheOneParameterOfAName) {
  const auto query = Query::parse("a=1&b=2&b=2&c=").value();
  EXPECT_EQ(query.one("a").value(), "1");
  EXPECT_EQ(query.one("c").value(), "");
  EXPECT_EQ(query.one("absent").value(), std::nullopt);
  EXPECT_EQ(query.one("b").error().code, ErrorCode::parameter_repeated);
}

TEST(Query, RefusesWhatIsNotText) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%=a", "a=%00", "a=%ff", "%c3=a", "a=%ed%a0%80"}) {
    const auto query = Query::parse(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().code, ErrorCode::parameter_invalid);
    EXPECT_EQ(query.error().detail.find(text), std::string::npos);
  }
}

}  // namespace
}  // namespace tidings::http
