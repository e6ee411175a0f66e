#include "http/body_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::http {
namespace {

Head chunked() {
  Head head;
  head.body = Head::Body::chunked;
  return head;
}

struct Outcome {
  std::string payload;
  std::size_t consumed = 0;
  bool complete = false;
  bool malformed = false;
  bool operator==(const Outcome&) const = default;
};

Outcome decode_in_pieces(const Head& head, std::string_view input, std::size_t piece_size) {
  BodyDecoder decoder(head);
  Outcome outcome;
  while (!input.empty() && !decoder.complete()) {
    const auto piece = decoder.decode(input.substr(0, piece_size));
    if (!piece) {
      outcome = {};  // what came of it before is of no use
      outcome.malformed = true;
      return outcome;
    }
    outcome.payload.append(piece->payload);
    outcome.consumed += piece->consumed;
    input.remove_prefix(piece->consumed);
  }
  outcome.complete = decoder.complete();
  return outcome;
}

// However a body is cut, the same comes of it.
Outcome decode(std::string_view input, const Head& head = chunked()) {
  const Outcome whole = decode_in_pieces(head, input, input.size());
  EXPECT_EQ(whole, decode_in_pieces(head, input, 1)) << input;
  EXPECT_EQ(whole, decode_in_pieces(head, input, 3)) << input;
  return whole;
}

TEST(BodyDecoder, IsCompleteWithoutABody) { EXPECT_TRUE(BodyDecoder().complete()); }

TEST(BodyDecoder, TakesALength) {
  Head head;
  head.body = Head::Body::length;
  head.request.content_length = 5;
  const auto outcome = decode("helloGET", head);
  EXPECT_EQ(outcome.payload, "hello");
  EXPECT_EQ(outcome.consumed, 5U);
  EXPECT_TRUE(outcome.complete);
  EXPECT_FALSE(decode("hell", head).complete);
}

TEST(BodyDecoder, TakesChunks) {
  const auto outcome = decode("5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\nGET");
  EXPECT_EQ(outcome.payload, "hello0123456789");
  EXPECT_EQ(outcome.consumed, 32U);
  EXPECT_TRUE(outcome.complete);
  EXPECT_FALSE(decode("5\r\nhello\r\n0\r\n\r").complete);
}

TEST(BodyDecoder, PassesOverExtensions) {
  EXPECT_EQ(decode("1;a\r\nx\r\n1;a=b;c\r\ny\r\n1;a=\"b;\\\"c\"\r\nz\r\n0;a=\"\"\r\n\r\n").payload, "xyz");
}

TEST(BodyDecoder, RefusesMalformedExtensions) {
  for (const char* extension : {";", ";=", ";a=", ";a=\"b", ";a=\"b\"c", "; a", " ;a", ";a=b c", ";a=b\n", ";a\x01",
                                ";a=\"\x01\"", ";a=\"\\\x01\"", ";a=\r"}) {
    EXPECT_TRUE(decode("1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n").malformed) << extension;
  }
}

TEST(BodyDecoder, RefusesMalformedChunks) {
  for (const char* body : {"\r\n", "g\r\n", "-1\r\n", "0x1\r\n", "1 \r\n", "1\n", "1\rx", "1\r\nxy", "1\r\nx\n",
                           "1\r\nx\ry", "1\r\nx\r\n\r\n", ";a\r\n"}) {
    EXPECT_TRUE(decode(body).malformed) << body;
  }
}

TEST(BodyDecoder, BoundsWhatAChunkLineMayHold) {
  EXPECT_FALSE(decode(std::string(15, '0') + "\r\n\r\n").malformed);
  EXPECT_TRUE(decode(std::string(16, '0') + "\r\n\r\n").malformed);
  EXPECT_TRUE(decode("1;" + std::string(300, 'a') + "\r\nx\r\n0\r\n\r\n").malformed);
}

TEST(BodyDecoder, PassesOverTrailers) {
  const auto outcome = decode("0\r\nA: b\r\nC:\r\n\r\nGET");
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.consumed, 15U);
}

TEST(BodyDecoder, RefusesMalformedTrailers) {
  for (const char* trailer :
       {"A : b\r\n", " A: b\r\n", ": b\r\n", "A\r\n", "A: \x01\r\n", "A: b\n", "A: b\rc", "Content-Length: 1\r\n",
        "transfer-encoding: chunked\r\n", "Host: h\r\n", "Connection: close\r\n", "Upgrade: x\r\n"}) {
    EXPECT_TRUE(decode("0\r\n" + std::string(trailer) + "\r\n").malformed) << trailer;
  }
  EXPECT_TRUE(decode("0\r\n\rx").malformed);
  EXPECT_TRUE(decode("0\r\nA: " + std::string(9000, 'x') + "\r\n\r\n").malformed);
}

}  // namespace
}  // namespace tidings::http
