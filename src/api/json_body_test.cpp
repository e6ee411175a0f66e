#include "api/json_body.hpp"

#include <gtest/gtest.h>

namespace tidings::api {
namespace {

ErrorCode error_of(std::string_view text) {
  const auto object = parse_object(text, {"a", "b"});
  return object ? ErrorCode::internal : object.error().code;
}

bool json_type(std::string content_type) {
  http::Request request;
  request.fields.add("content-type", std::move(content_type));
  return has_media_type(request, "application/json");
}

TEST(JsonBody, IsAnObjectOfKnownMembers) {
  EXPECT_EQ(parse_object(R"( {"a": 1, "b": {"x": [1]}} )", {"a", "b"}).value()["b"]["x"][0], 1);
  EXPECT_TRUE(parse_object("{}", {"a"}).value().empty());
  EXPECT_EQ(error_of(R"({"c": 1})"), ErrorCode::body_invalid);
  for (const char* text : {"1", "[]", "\"a\"", "null"}) EXPECT_EQ(error_of(text), ErrorCode::body_invalid) << text;
}

TEST(JsonBody, HoldsNoMemberTwice) {
  EXPECT_EQ(error_of(R"({"a": 1, "a": 1})"), ErrorCode::body_invalid);
  EXPECT_EQ(error_of(R"({"a": {"x": 1, "x": 2}})"), ErrorCode::body_invalid);
  EXPECT_EQ(error_of(R"({"a": 1, "\u0061": 1})"), ErrorCode::body_invalid);
  EXPECT_EQ(error_of(R"({"": 1, "": 1})"), ErrorCode::body_invalid);
  EXPECT_EQ(error_of(R"({"a": {"": 1, "": 2}})"), ErrorCode::body_invalid);
  EXPECT_TRUE(parse_object(R"({"a": {"x": 1}, "b": {"x": 2}})", {"a", "b"}));
}

TEST(JsonBody, HoldsAsManyMembersAsThereMayBe) {
  std::string members;
  for (std::size_t i = 0; i < most_members; ++i) members += "\"m" + std::to_string(i) + "\": 0,";
  const std::string most = members.substr(0, members.size() - 1);
  EXPECT_TRUE(parse_object("{\"a\": {" + most + "}}", {"a"}));
  EXPECT_EQ(error_of("{\"a\": {" + members + "\"x\": 0}}"), ErrorCode::body_invalid);
  EXPECT_EQ(error_of("{\"b\": [[{" + members + "\"x\": 0}]]}"), ErrorCode::body_invalid);
}

TEST(JsonBody, IsReadToItsEndWhateverIsInIt) {
  std::string members;
  for (int i = 0; i < 8'000; ++i) members += "\"" + std::to_string(i) + "\":0,";
  const auto object = parse_object("{" + members + "\"a\": 0}", {"a"});
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, ErrorCode::body_invalid);
  EXPECT_EQ(object.error().detail, "the member \"0\" is not known");
  EXPECT_EQ(error_of("{" + members + "}"), ErrorCode::body_malformed);
  EXPECT_EQ(error_of(R"({"c": {"x": {"y": 1}, "z": [{}]}, "d": 1, "a": 1})"), ErrorCode::body_invalid);
  const auto twice = parse_object(R"({"c": {"x": {"y": 1}}, "a": {"x": 1}, "b": {"x": 1, "x": 2}})", {"a", "b"});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().detail, "the member \"x\" stands twice");
}

TEST(JsonBody, IsNotRepeatedInItsErrors) {
  const std::string name(60'000, 'n');
  for (const std::string& text :
       {R"({")" + name + R"(": 1})", R"({"a": {")" + name + R"(": 1, ")" + name + R"(": 1}})"}) {
    const auto object = parse_object(text, {"a"});
    ASSERT_FALSE(object);
    EXPECT_LT(object.error().detail.size(), 100U);
  }
}

TEST(JsonBody, HasToBeJson) {
  for (const char* text : {"", "{", "{}}", "{'a': 1}", "{\"a\": \"\xff\"}", R"({"a": "\ud800"})", "{\"a\": 01}"}) {
    EXPECT_EQ(error_of(text), ErrorCode::body_malformed) << text;
  }
}

TEST(JsonBody, SurvivesDepth) {
  EXPECT_EQ(error_of(std::string(object_body_bytes, '[')), ErrorCode::body_malformed);
  EXPECT_TRUE(parse_object(R"({"a": )" + std::string(10'000, '[') + std::string(10'000, ']') + "}", {"a"}));
}

TEST(MediaType, IsComparedWithoutItsParameters) {
  EXPECT_TRUE(json_type("application/json"));
  EXPECT_TRUE(json_type("Application/JSON; charset=UTF-8"));
  EXPECT_TRUE(json_type("application/json;charset=\"utf-8\" ; x=y"));
  EXPECT_TRUE(json_type("application/json; x"));
  EXPECT_FALSE(json_type("application/json; charset=latin1"));
  EXPECT_FALSE(json_type("application/json; charset"));
  EXPECT_FALSE(json_type("application/jsonp"));
  EXPECT_FALSE(json_type("text/plain"));
  EXPECT_FALSE(json_type(""));
}

TEST(MediaType, IsUnknownWithoutExactlyOneField) {
  http::Request request;
  EXPECT_FALSE(has_media_type(request, "application/json"));
  request.fields.add("Content-Type", "application/json");
  request.fields.add("Content-Type", "application/json");
  EXPECT_FALSE(has_media_type(request, "application/json"));
}

}  // namespace
}  // namespace tidings::api
