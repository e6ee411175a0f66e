#include "api/answer_lines.hpp"

#include <gtest/gtest.h>

#include "api/testing/exchange.hpp"

namespace tidings::api {
namespace {

TEST(AnswerLines, KeepTheOrderOfTheirQuestions) {
  AnswerLines answers;
  testing::RecordedStream stream;
  const auto first = answers.ask(10);
  const auto second = answers.ask(20);
  EXPECT_EQ(answers.open_bytes(), 30u);
  answers.answer(second, "second");
  EXPECT_EQ(answers.open_bytes(), 10u);
  EXPECT_TRUE(answers.write_to(stream));
  EXPECT_EQ(stream.bytes, "");
  answers.answer(first, "first");
  EXPECT_TRUE(answers.write_to(stream));
  EXPECT_EQ(stream.bytes, "first\nsecond\n");
  EXPECT_EQ(answers.open(), 0u);
}

TEST(AnswerLines, AreFramedAsChunks) {
  AnswerLines answers;
  testing::RecordedStream stream;
  stream.framing_ = http::Framing::chunked;
  answers.answer(answers.ask(0), "0123456789");
  answers.answer(answers.ask(0), "abcdefghij");
  EXPECT_TRUE(answers.write_to(stream));
  EXPECT_EQ(stream.bytes, "16\r\n0123456789\nabcdefghij\n\r\n");
}

TEST(AnswerLines, WaitWhereThePeerDoesNotTakeThem) {
  AnswerLines answers;
  testing::RecordedStream stream;
  stream.budget = 3;
  answers.answer(answers.ask(0), "first");
  EXPECT_FALSE(answers.write_to(stream));
  EXPECT_TRUE(answers.unread());
  answers.answer(answers.ask(0), "second");
  EXPECT_FALSE(answers.write_to(stream));
  stream.budget = 100;
  EXPECT_TRUE(answers.write_to(stream));
  EXPECT_EQ(stream.bytes, "first\nsecond\n");
  EXPECT_FALSE(answers.unread());
}

}  // namespace
}  // namespace tidings::api
