#include "http/response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/response_head.hpp"

namespace tidings::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string field(const Response& response, std::string_view name) {
  return std::string(response.fields.get(name).value_or(""));
}

std::string head_of(const Response& response, const HeadOptions& options) {
  std::string head;
  append_head(head, response, options);
  return head;
}

TEST(Response, SaysWhatItsJsonIs) {
  const auto response = json_response(201, "{}");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(field(response, "Content-Type"), "application/json");
}

TEST(Problem, IsADocumentOfTheCatalogue) {
  const auto response = problem_response({ErrorCode::stream_limit, "There are 100", Seconds{7}});
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.code, "stream_limit");
  EXPECT_EQ(field(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(field(response, "Cache-Control"), "no-store");
  EXPECT_EQ(field(response, "Retry-After"), "7");
  EXPECT_EQ(field(response, "WWW-Authenticate"), "");
  const auto problem = nlohmann::json::parse(response.body);
  EXPECT_EQ(problem["type"], "urn:tidings:problem:stream_limit");
  EXPECT_EQ(problem["title"], describe(ErrorCode::stream_limit).title);
  EXPECT_EQ(problem["status"], 429);
  EXPECT_EQ(problem["detail"], "There are 100");
  EXPECT_EQ(problem["code"], "stream_limit");
  EXPECT_EQ(problem.size(), 5U);
}

TEST(Problem, Every401NamesItsChallenge) {
  for (const ErrorCode code : all_error_codes()) {
    const auto response = problem_response({code, ""});
    const auto challenge = field(response, "WWW-Authenticate");
    if (response.status == 401) {
      EXPECT_THAT(challenge, StartsWith("Bearer error=\""));
      EXPECT_THAT(challenge, HasSubstr(std::string(describe(code).code)));
    } else {
      EXPECT_EQ(challenge, "");
    }
    EXPECT_NE(reason_phrase(response.status), "Unknown");
    EXPECT_EQ(field(response, "Retry-After"), "");
  }
}

TEST(Problem, IsOneLineOfJsonWhateverItsDetail) {
  const auto problem = problem_json({ErrorCode::internal, "a\nb\xff\"c"});
  EXPECT_EQ(problem.find('\n'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(problem)["detail"], "a\nb\xef\xbf\xbd\"c");
}

TEST(ReasonPhrase, KnowsEveryStatusInUse) {
  for (const int status : {100, 200, 201, 202, 204, 304, 405}) EXPECT_NE(reason_phrase(status), "Unknown");
  EXPECT_EQ(reason_phrase(599), "Unknown");
}

TEST(ResponseHead, StatesHowTheBodyEnds) {
  Response response;
  response.set("A", "b");
  EXPECT_EQ(head_of(response, {.end = BodyEnd::length, .length = 3, .date = "now"}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nA: b\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(head_of(response, {.end = BodyEnd::chunked, .date = "now"}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(head_of(response, {.end = BodyEnd::close, .keep_alive = false, .minor_version = 0, .date = "now"}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nA: b\r\nConnection: close\r\n\r\n");
  response.status = 204;
  EXPECT_EQ(head_of(response, {.minor_version = 0, .date = "now"}),
            "HTTP/1.1 204 No Content\r\nDate: now\r\nA: b\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, CannotBeSplitByItsFields) {
  Response response;
  response.set("A", "b\r\nC: d").set("E\r\nF", "g").set("", "h").set("I J", "k").set("L", "m");
  const auto head = head_of(response, {.date = "now"});
  EXPECT_THAT(head, HasSubstr("\r\nL: m\r\n"));
  for (const char* part : {"C: d", "F: g", "h", "k"}) EXPECT_THAT(head, Not(HasSubstr(std::string(part) + "\r\n")));
}

TEST(HttpDate, IsWrittenAnewWithEachSecond) {
  HttpDate date;
  EXPECT_EQ(date.at(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(WallTime{Milliseconds{999}}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(WallTime{Milliseconds{784111777000}}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace tidings::http
