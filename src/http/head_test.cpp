#include "http/head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::http {
namespace {

Result<Head> parse(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  return parse_head(line + "\r\n" + fields + "\r\n");
}

bool malformed(const Result<Head>& head) { return !head && head.error().code == ErrorCode::request_malformed; }

TEST(Head, HoldsWhatARequestSays) {
  const auto head = parse("Host: h:80\r\nX-A:  b c \t\r\nx-a: d\r\n", "PUT /p%20q?r=%20 HTTP/1.1").value();
  EXPECT_EQ(head.request.method, "PUT");
  EXPECT_EQ(head.request.path, "/p q");
  EXPECT_EQ(head.request.query, "r=%20");
  EXPECT_EQ(head.request.minor_version, 1);
  EXPECT_EQ(head.request.fields.size(), 3U);
  EXPECT_EQ(head.request.fields.get("x-A"), "b c");
  EXPECT_EQ(head.request.fields.count("X-A"), 2U);
  EXPECT_EQ(head.request.fields.get("absent"), std::nullopt);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.body, Head::Body::none);
  EXPECT_FALSE(head.request.content_length);
}

TEST(Head, NeedsOneHost) {
  EXPECT_TRUE(malformed(parse("")));
  EXPECT_TRUE(malformed(parse("Host: a\r\nHost: a\r\n")));
  EXPECT_TRUE(malformed(parse("Host:\r\n")));
  EXPECT_TRUE(malformed(parse("Host: a b\r\n")));
  EXPECT_TRUE(parse("", "GET / HTTP/1.0"));
  EXPECT_TRUE(malformed(parse("Host: a\r\nHost: b\r\n", "GET / HTTP/1.0")));
}

TEST(Head, AnAbsoluteTargetsAuthorityIsTheHost) {
  const auto head = parse("Host: other\r\nA: b\r\n", "GET HTTP://here:8080/p HTTP/1.1").value();
  EXPECT_EQ(head.request.fields.get("Host"), "here:8080");
  EXPECT_EQ(head.request.fields.count("Host"), 1U);
  EXPECT_EQ(head.request.fields.get("A"), "b");
  EXPECT_EQ(head.request.path, "/p");
}

TEST(Head, RefusesTargetsThatItCannotServe) { EXPECT_TRUE(malformed(parse("Host: a\r\n", "CONNECT a:80 HTTP/1.1"))); }

TEST(Head, TakesALength) {
  const auto head = parse("Host: a\r\nContent-Length: 0042\r\n").value();
  EXPECT_EQ(head.body, Head::Body::length);
  EXPECT_EQ(head.request.content_length, 42U);
  EXPECT_TRUE(head.request.has_body);
  const auto empty = parse("Host: a\r\nContent-Length: 0\r\n").value();
  EXPECT_EQ(empty.body, Head::Body::none);
  EXPECT_EQ(empty.request.content_length, 0U);
  EXPECT_FALSE(empty.request.has_body);
}

TEST(Head, RefusesLengthsThatCouldBeReadInTwoWays) {
  for (const char* length : {"", "+1", "-1", "1,1", "1, 1", "0x1", "1 1", "1;", "9999999999999999999", "1.0"}) {
    EXPECT_TRUE(malformed(parse("Host: a\r\nContent-Length: " + std::string(length) + "\r\n"))) << length;
  }
  EXPECT_TRUE(malformed(parse("Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n")));
}

TEST(Head, TakesChunkedAlone) {
  const auto head = parse("Host: a\r\nTransfer-Encoding: Chunked\r\n").value();
  EXPECT_EQ(head.body, Head::Body::chunked);
  EXPECT_TRUE(head.request.has_body);
  EXPECT_FALSE(head.request.content_length);
  for (const char* coding : {"", "gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;a=b"}) {
    EXPECT_TRUE(malformed(parse("Host: a\r\nTransfer-Encoding: " + std::string(coding) + "\r\n"))) << coding;
  }
  EXPECT_TRUE(malformed(parse("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")));
  EXPECT_TRUE(malformed(parse("Host: a\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.0")));
}

TEST(Head, RefusesALengthBesideACoding) {
  EXPECT_TRUE(malformed(parse("Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n")));
  EXPECT_TRUE(malformed(parse("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n")));
}

TEST(Head, KnowsWhetherTheClientGoesOn) {
  EXPECT_FALSE(parse("Host: a\r\nConnection: close\r\n")->keep_alive);
  EXPECT_FALSE(parse("Host: a\r\nConnection: keep-alive, CLOSE\r\n")->keep_alive);
  EXPECT_FALSE(parse("Host: a\r\nConnection: x\r\nConnection: close\r\n")->keep_alive);
  EXPECT_TRUE(parse("Host: a\r\nConnection: closed\r\n")->keep_alive);
  EXPECT_FALSE(parse("", "GET / HTTP/1.0")->keep_alive);
  EXPECT_TRUE(parse("Connection: Keep-Alive\r\n", "GET / HTTP/1.0")->keep_alive);
}

TEST(Head, KnowsWhatTheClientExpects) {
  EXPECT_EQ(parse("Host: a\r\n")->expect, Head::Expect::nothing);
  EXPECT_EQ(parse("Host: a\r\nExpect: 100-Continue\r\n")->expect, Head::Expect::go_ahead);
  EXPECT_EQ(parse("Host: a\r\nExpect: 100-continue\r\nExpect: more\r\n")->expect, Head::Expect::unknown);
  EXPECT_EQ(parse("Expect: anything\r\n", "GET / HTTP/1.0")->expect, Head::Expect::nothing);
}

TEST(Head, CanBeSalvagedAsFarAsItsLinesAreWhole) {
  const auto request = salvage_head("GET /x HTTP/1.1\r\nOrigin:  o \r\nA:\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.fields.get("Origin"), "o");
  EXPECT_EQ(request.fields.get("A"), "");
  EXPECT_EQ(salvage_head("").fields.size(), 0U);
  EXPECT_EQ(salvage_head("GET / HTTP/1.1\r\n").fields.size(), 0U);
}

}  // namespace
}  // namespace tidings::http
