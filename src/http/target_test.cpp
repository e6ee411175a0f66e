#include "http/target.hpp"

#include <gtest/gtest.h>

#include "http/authority.hpp"

namespace tidings::http {
namespace {

TEST(Target, TakesPathsAndQueries) {
  const auto target = parse_target("GET", "/a%2fb+c?d=%zz?e").value();
  EXPECT_EQ(target.path, "/a/b+c");
  EXPECT_EQ(target.query, "d=%zz?e");
  EXPECT_FALSE(target.authority);
  EXPECT_EQ(parse_target("GET", "/?")->query, "");
}

TEST(Target, TakesHttpUrls) {
  const auto target = parse_target("GET", "http://h:1/a?b").value();
  EXPECT_EQ(target.authority, "h:1");
  EXPECT_EQ(target.path, "/a");
  EXPECT_EQ(target.query, "b");
  EXPECT_EQ(parse_target("GET", "http://h")->path, "/");
  EXPECT_EQ(parse_target("GET", "http://h?q")->query, "q");
}

TEST(Target, TakesAnAsteriskForOptionsOnly) {
  EXPECT_EQ(parse_target("OPTIONS", "*")->path, "*");
  EXPECT_FALSE(parse_target("GET", "*"));
}

TEST(Target, RefusesWhatIsNotServedHere) {
  for (const char* target : {"a", "https://h/", "http://", "http:///a", "http://u@h/", "ftp://h/", "/a#b", "/%", "/%4",
                             "/%zz", "/%4z", "/%00", "?a", "h:80"}) {
    EXPECT_FALSE(parse_target("GET", target)) << target;
  }
  EXPECT_FALSE(parse_target("CONNECT", "/"));
}

TEST(Authority, TakesHostsWithAndWithoutPorts) {
  for (const char* authority : {"localhost", "127.0.0.1:8080", "[::1]", "[2001:db8::1]:443", "a.b-c_d~e",
                                "h:", "h:65535", "a%20b", "[::1]:", "h:00080"}) {
    EXPECT_TRUE(valid_authority(authority)) << authority;
  }
}

TEST(Authority, RefusesWhatIsNoHost) {
  for (const char* authority :
       {"",   ":80", "a b",         "u@h", "h:65536", "h:x", "h:1:2", "[::1", "[::1]x", "[::1]:x",
        "[]", "[h]", "[127.0.0.1]", "::1", "a/b",     "a%2", "a%zz",  "a%2z", "a\"b",   "h:99999999999999999999"}) {
    EXPECT_FALSE(valid_authority(authority)) << authority;
  }
}

}  // namespace
}  // namespace tidings::http
