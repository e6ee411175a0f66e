#include "redis/encode.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tidings::redis {
namespace {

using namespace std::string_view_literals;

TEST(Encode, AppendsACommandAsAnArrayOfBulkStrings) {
  std::string bytes = "*1\r\n$4\r\nPING\r\n";
  append_command(bytes, std::array{"SET"sv, "a b"sv, "\0\r\n"sv, ""sv});
  EXPECT_EQ(bytes, "*1\r\n$4\r\nPING\r\n*4\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n"sv);
}

}  // namespace
}  // namespace tidings::redis
