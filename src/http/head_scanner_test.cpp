#include "http/head_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::http {
namespace {

// How a head is taken when it comes whole; the same must come of it byte by byte.
Result<std::size_t> scan(const std::string& head, std::size_t most_bytes = 1000, std::size_t most_fields = 10) {
  HeadScanner whole(most_bytes, most_fields);
  auto result = whole.scan(head);
  HeadScanner cut(most_bytes, most_fields);
  Result<std::size_t> last = 0;
  for (std::size_t size = 1; size <= head.size() && last && *last == 0; ++size) last = cut.scan(head.substr(0, size));
  EXPECT_EQ(result.has_value(), last.has_value()) << head;
  EXPECT_EQ(result.value_or(0), last.value_or(0)) << head;
  return result;
}

ErrorCode refusal(const std::string& head) {
  auto result = scan(head);
  EXPECT_FALSE(result) << head;
  return result ? ErrorCode::internal : result.error().code;
}

constexpr auto request_malformed = ErrorCode::request_malformed;

TEST(HeadScanner, FindsTheEndOfAHead) {
  const std::string head = "GET /a?b HTTP/1.1\r\nHost: h\r\nEmpty:\r\nTab:\t\x80\xff \r\n\r\n";
  EXPECT_EQ(scan(head + "body").value(), head.size());
  EXPECT_EQ(scan("GET / HTTP/1.0\r\n\r\n").value(), 18U);
}

TEST(HeadScanner, WaitsForMore) {
  EXPECT_EQ(scan("").value(), 0U);
  EXPECT_EQ(scan("GET / HTTP/1.1\r\nHost: h\r\n\r").value(), 0U);
}

TEST(HeadScanner, PassesOverOneEmptyLineBeforeARequest) {
  HeadScanner scanner(1000, 10);
  EXPECT_EQ(scanner.scan("\r\nGET / HTTP/1.1\r\n\r\n").value(), 20U);
  EXPECT_EQ(scanner.leading(), 2U);
  EXPECT_EQ(refusal("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), request_malformed);
  EXPECT_EQ(refusal("\rGET"), request_malformed);
}

TEST(HeadScanner, KnowsTheWholeLinesSoFar) {
  HeadScanner scanner(1000, 10);
  EXPECT_EQ(scanner.scan("GET / HTTP/1.1\r\nHost: h\r\nX").value(), 0U);
  EXPECT_EQ(scanner.lines(), 25U);
}

TEST(HeadScanner, RefusesBareLineFeeds) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: h\r\n\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\n\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\n\n"), request_malformed);
  EXPECT_EQ(refusal("\nGET / HTTP/1.1\r\n\r\n"), request_malformed);
}

TEST(HeadScanner, RefusesBareCarriageReturns) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\rHost: h\r\n\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\n\rX"), request_malformed);
}

TEST(HeadScanner, RefusesControlBytes) {
  EXPECT_EQ(refusal("GET /\x01 HTTP/1.1\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET /\x7f HTTP/1.1\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: \x01\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: \x7f\r\n"), request_malformed);
  EXPECT_EQ(refusal(std::string("GET / HTTP/1.1\r\nX: \0\r\n", 21)), request_malformed);
}

TEST(HeadScanner, RefusesTargetsThatAreNotAscii) {
  EXPECT_EQ(refusal("GET /\xc3\xa4 HTTP/1.1\r\n"), request_malformed);
}

TEST(HeadScanner, RefusesSpacesAroundNames) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost : h\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost\t: h\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n Host: h\r\n"), request_malformed);
}

TEST(HeadScanner, RefusesFoldedLines) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: a\r\n b\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: a\r\n\tb\r\n"), request_malformed);
}

TEST(HeadScanner, RefusesNamesThatAreNone) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n: h\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost\r\n"), request_malformed);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nH(st: h\r\n"), request_malformed);
}

TEST(HeadScanner, RefusesRequestLinesThatAreNone) {
  for (const char* line :
       {" GET / HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n", "GET /  HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n",
        "G(T / HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "GET /\r\n", "GET / http/1.1\r\n", "GET / HTTP/1\r\n",
        "GET / HTTP/1.10\r\n", "GET / HTTP/x.1\r\n", "GET / HTTPS/1.1\r\n", "\x16\x03\x01\x02"}) {
    EXPECT_EQ(refusal(line), request_malformed) << line;
  }
}

TEST(HeadScanner, RefusesOtherVersionsByTheirOwnName) {
  for (const char* version : {"2.0", "1.2", "0.9", "3.0", "9.1"}) {
    EXPECT_EQ(refusal("GET / HTTP/" + std::string(version) + "\r\n\r\n"), ErrorCode::http_version_unsupported);
  }
}

TEST(HeadScanner, RefusesHeadsOverItsLimits) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  EXPECT_EQ(scan(head, head.size(), 1).value(), head.size());
  EXPECT_EQ(scan(head, head.size() - 1, 1).error().code, ErrorCode::header_too_large);
  EXPECT_EQ(scan(head, head.size(), 0).error().code, ErrorCode::header_too_large);
}

}  // namespace
}  // namespace tidings::http
