#include "redis/reply_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidings::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// All replies in `bytes`, fed in pieces of `piece`.
std::vector<Reply> read_all(std::string_view bytes, std::size_t piece = 1 << 20) {
  ReplyReader reader{ReplyLimits{}};
  std::vector<Reply> replies;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    reader.feed(bytes.substr(0, piece));
    while (auto reply = reader.next().value()) replies.push_back(std::move(*reply));
  }
  return replies;
}

std::string failure(std::string_view bytes, const ReplyLimits& limits = {}) {
  ReplyReader reader{limits};
  reader.feed(bytes);
  for (;;) {
    const auto reply = reader.next();
    if (!reply) return reply.error().detail;
    if (!*reply) return "none";
  }
}

TEST(ReplyReader, ReadsEveryKind) {
  EXPECT_THAT(read_all("+OK\r\n-ERR no\r\n:-12\r\n$3\r\na\r\n\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"),
              ElementsAre(Reply::text("OK"), Reply::error("ERR no"), Reply::integer(-12), Reply::text("a\r\n"),
                          Reply::text(""), Reply(), Reply(), Reply::array({})));
}

TEST(ReplyReader, ReadsArraysInArrays) {
  EXPECT_THAT(read_all("*3\r\n*2\r\n:1\r\n*0\r\n$-1\r\n*1\r\n-NO\r\n:9\r\n"),
              ElementsAre(Reply::array({Reply::array({Reply::integer(1), Reply::array({})}), Reply(),
                                        Reply::array({Reply::error("NO")})}),
                          Reply::integer(9)));
}

TEST(ReplyReader, DoesNotMindHowBytesAreCut) {
  const std::string bytes = "*2\r\n$5\r\nhello\r\n*1\r\n:1\r\n+a\r\n-ERR x y\r\n$-1\r\n$3\r\n\r\n\r\r\n";
  const std::vector<Reply> whole = read_all(bytes);
  ASSERT_EQ(whole.size(), 5U);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) EXPECT_EQ(read_all(bytes, piece), whole) << piece;
}

TEST(ReplyReader, FailsWhereItIsNotTheProtocol) {
  EXPECT_THAT(failure("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("not the Redis protocol"));
  EXPECT_THAT(failure("$-2\r\n"), HasSubstr("not the Redis protocol"));
  EXPECT_THAT(failure("*x\r\n"), HasSubstr("not the Redis protocol"));
  EXPECT_THAT(failure(":1\r\n*1\r\n?\r\n"), HasSubstr("not the Redis protocol"));
}

TEST(ReplyReader, TakesArraysAsDeepAsItSaysAndNoDeeper) {
  std::string nested;
  for (int depth = 0; depth < Reply::deepest; ++depth) nested += "*1\r\n";
  EXPECT_EQ(failure(nested + ":1\r\n"), "none");
  EXPECT_THAT(failure(nested + "*1\r\n:1\r\n"), HasSubstr("not the Redis protocol"));
}

TEST(ReplyReader, BoundsTheBytesOfAReply) {
  const ReplyLimits limits{.bytes = 100};
  const std::string largest = "$93\r\n" + std::string(93, 'x') + "\r\n";
  EXPECT_EQ(failure(largest + largest, limits), "none");
  EXPECT_EQ(failure(largest + "$94\r\n" + std::string(94, 'x') + "\r\n", limits), "a reply of more than 100 bytes");
  EXPECT_EQ(failure(largest + "$200\r\n" + std::string(94, 'x'), limits), "none");
  EXPECT_EQ(failure(largest + "$200\r\n" + std::string(95, 'x'), limits), "a reply of more than 100 bytes");
}

TEST(ReplyReader, BoundsTheElementsOfAReply) {
  const ReplyLimits limits{.elements = 4};
  EXPECT_EQ(failure("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", limits), "none");
  EXPECT_EQ(failure("*5\r\n", limits), "a reply of more than 4 elements");
  EXPECT_EQ(failure("*2\r\n*3\r\n", limits), "a reply of more than 4 elements");
  EXPECT_THAT(failure("*2147483647\r\n", limits), HasSubstr("a reply of more than 4 elements"));
}

TEST(ReplyReader, BoundsALine) {
  EXPECT_EQ(failure('+' + std::string(ReplyReader::longest_line, 'x')), "none");
  EXPECT_EQ(failure('+' + std::string(ReplyReader::longest_line + 1, 'x')), "a line of more than 65536 bytes");
  EXPECT_EQ(failure("$100000\r\n" + std::string(99'999, 'x')), "none");
}

}  // namespace
}  // namespace tidings::redis
