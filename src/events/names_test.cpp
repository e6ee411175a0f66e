#include "events/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::events {
namespace {

TEST(Names, TypesAreSegmentsJoinedByDots) {
  for (const char* good : {"a", "chapter.updated", "A-b_c:d.9", "x.y.z"}) EXPECT_TRUE(valid_type(good)) << good;
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "a@b", "a*", "\xc3\xa4", "a\n"})
    EXPECT_FALSE(valid_type(bad)) << bad;
  EXPECT_TRUE(valid_type(std::string(128, 'a')));
  EXPECT_FALSE(valid_type(std::string(129, 'a')));
}

TEST(Names, ChannelsAreSegmentsJoinedByColons) {
  for (const char* good : {"a", "novel:42", "a.b@c_d-e:f"}) EXPECT_TRUE(valid_channel(good)) << good;
  for (const char* bad : {"", ":", "a:", ":a", "a::b", "a b", "a/b", "novel:*"})
    EXPECT_FALSE(valid_channel(bad)) << bad;
  EXPECT_FALSE(valid_channel(std::string(129, 'a')));
}

TEST(Names, UsersAreUtf8WithoutControlCharacters) {
  for (const char* good : {"u1", "ann@example.org", "\xc3\xa4 b", "\xf0\x9f\x98\x80"})
    EXPECT_TRUE(valid_user(good)) << good;
  for (const char* bad : {"", "a\nb", "\x7f", "\xc2\x85", "\xff", "\xc3", "\xed\xa0\x80"})
    EXPECT_FALSE(valid_user(bad)) << bad;
  EXPECT_FALSE(valid_user(std::string_view("a\0b", 3)));
  EXPECT_TRUE(valid_user(std::string(255, 'a')));
  EXPECT_FALSE(valid_user(std::string(256, 'a')));
}

TEST(Names, SomeTypesAreTheHubsOwn) {
  for (const char* own : {"hello", "ping", "gap", "reauth", "bye", "open", "error"}) EXPECT_TRUE(reserved_type(own));
  for (const char* free : {"Hello", "hello.world", "message", ""}) EXPECT_FALSE(reserved_type(free));
}

TEST(Names, LabelNamesAreShortAndPlain) {
  EXPECT_TRUE(valid_label_name("device_2"));
  for (const char* bad : {"", "Device", "a-b", "a b"}) EXPECT_FALSE(valid_label_name(bad));
  EXPECT_TRUE(valid_label_name(std::string(32, 'a')));
  EXPECT_FALSE(valid_label_name(std::string(33, 'a')));
}

}  // namespace
}  // namespace tidings::events
