#include "redis/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::redis {
namespace {

TEST(Reply, OfOneKindHasNothingOfTheOthers) {
  const Reply number = Reply::integer(-7);
  EXPECT_EQ(number.integer(), -7);
  EXPECT_EQ(number.text(), "");
  EXPECT_EQ(number.error_message(), "");
  EXPECT_TRUE(number.elements().empty());
  EXPECT_FALSE(number.is_nil() || number.is_text() || number.is_error() || number.is_array());

  const Reply text = Reply::text("7");
  EXPECT_EQ(text.text(), "7");
  EXPECT_EQ(text.integer(), std::nullopt);
  EXPECT_TRUE(text.is_text());

  EXPECT_TRUE(Reply().is_nil());
  EXPECT_TRUE(Reply::array({}).is_array());
}

TEST(Reply, IsAnErrorByItsFirstWord) {
  const Reply reply = Reply::error("READONLY You can't write against a read only replica.");
  EXPECT_TRUE(reply.is_error());
  EXPECT_TRUE(reply.is_error("READONLY"));
  EXPECT_FALSE(reply.is_error("READ"));
  EXPECT_EQ(reply.error_word(), "READONLY");
  EXPECT_EQ(reply.error_message(), "READONLY You can't write against a read only replica.");
  EXPECT_EQ(Reply::error("OOM").error_word(), "OOM");
  EXPECT_FALSE(Reply::text("READONLY").is_error("READONLY"));
}

TEST(Reply, IsNilBeyondAnArraysEnd) {
  const Reply reply = Reply::array({Reply::text("a"), Reply::array({Reply::integer(1)})});
  EXPECT_EQ(reply[0].text(), "a");
  EXPECT_EQ(reply[1][0].integer(), 1);
  EXPECT_TRUE(reply[2].is_nil());
  EXPECT_TRUE(reply[0][0].is_nil());
}

TEST(Reply, LetsItsTextBeMovedOut) {
  Reply reply = Reply::array({Reply::text(std::string(100, 'x'))});
  EXPECT_EQ(reply.elements()[0].take_text(), std::string(100, 'x'));
  EXPECT_TRUE(Reply().elements().empty());
  EXPECT_EQ(Reply::integer(1).take_text(), "");
}

}  // namespace
}  // namespace tidings::redis
