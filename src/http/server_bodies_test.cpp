#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerBodies : public ServerTest {
 public:
  // Answers with the body, or with the problem that it was.
  void echo(std::size_t limit) {
    on_request_ = [limit](const ExchangePtr& exchange) {
      exchange->read_body(limit, [exchange](Result<std::string> body) {
        if (!body) return exchange->respond_error(body.error());
        exchange->respond(text("<" + *body + ">"));
      });
    };
  }
};

TEST_F(ServerBodies, ReadsABodyOfAKnownLength) {
  echo(10);
  Client client(*this);
  client.send(post("Content-Length: 10\r\n", "01234"));
  turn();
  client.send("56789" + post("Content-Length: 1\r\n", "x"));
  EXPECT_TRUE(client.gets("<0123456789>"));
  EXPECT_TRUE(client.gets("<x>"));
  EXPECT_TRUE(requests_.at(0).has_body);
  EXPECT_EQ(requests_.at(0).content_length, 10U);
}

TEST_F(ServerBodies, ReadsChunks) {
  echo(100);
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "5;a=\"b\"\r\nhello\r\n6\r\n world\r\n0\r\nT: x\r\n\r\n") +
              post("Content-Length: 0\r\n"));
  EXPECT_TRUE(client.gets("<hello world>"));
  EXPECT_TRUE(client.gets("<>"));
  EXPECT_TRUE(requests_.at(0).has_body);
  EXPECT_FALSE(requests_.at(1).has_body);
}

TEST_F(ServerBodies, AnEmptyBodyIsReadLaterToo) {
  bool inside = true;
  on_request_ = [&](const ExchangePtr& exchange) {
    inside = true;
    exchange->read_body(10, [&, exchange](const Result<std::string>& body) {
      EXPECT_FALSE(inside);
      exchange->respond(text("<" + *body + ">"));
    });
    inside = false;
  };
  Client client(*this);
  client.send(post(""));
  EXPECT_TRUE(client.gets("<>"));
}

TEST_F(ServerBodies, RefusesABodyThatSaysItIsTooLarge) {
  echo(10);
  Client client(*this);
  client.send(post("Content-Length: 11\r\n", "0123456789a") + post("Content-Length: 1\r\n", "x"));
  EXPECT_TRUE(client.gets("\"code\":\"body_too_large\""));
  EXPECT_TRUE(client.gets("<x>"));
}

TEST_F(ServerBodies, RefusesChunksThatBecomeTooLarge) {
  echo(10);
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "8\r\n01234567\r\n"));
  turn();
  client.send("8\r\n01234567\r\n0\r\n\r\n" + post("Content-Length: 1\r\n", "x"));
  EXPECT_TRUE(client.gets("\"code\":\"body_too_large\""));
  EXPECT_TRUE(client.gets("<x>"));
}

TEST_F(ServerBodies, SaysContinueOnceTheHandlerReads) {
  echo(10);
  Client client(*this);
  client.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_TRUE(client.gets("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("hello");
  EXPECT_TRUE(client.gets("<hello>"));
  EXPECT_EQ(server_->open_connections(), 1U);
}

TEST_F(ServerBodies, DoesNotSayContinueWhereTheBodyIsHereAlready) {
  echo(10);
  Client client(*this);
  client.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"));
  EXPECT_TRUE(client.gets("<hello>"));
  EXPECT_THAT(client.received, Not(HasSubstr("100 Continue")));
}

TEST_F(ServerBodies, AnswersInPlaceOfContinueAndCloses) {
  Client client(*this);
  client.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(client.received, HasSubstr("Connection: close"));

  echo(4);
  Client large(*this);
  large.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_TRUE(large.sees_end());
  EXPECT_THAT(large.received, StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerBodies, ReadsPastABodyThatNobodyWanted) {
  Client client(*this);
  client.send(post("Content-Length: 300000\r\n"));
  EXPECT_TRUE(client.gets("hello"));
  client.send(std::string(300'000, 'x') + post(""));
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_EQ(requests_.size(), 2U);
}

TEST_F(ServerBodies, ClosesAfterReadingPastTooMuch) {
  Client client(*this);
  client.send(post("Content-Length: 100000000\r\n"));
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_THAT(client.received, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_FALSE(client.send(std::string(60'000'000, 'x')));
  EXPECT_TRUE(turn_until([&] { return server_->open_connections() == 0; }));
}

TEST_F(ServerBodies, ClosesAfterReadingPastForTooLong) {
  Client client(*this);
  client.send(post("Content-Length: 100\r\n"));
  EXPECT_TRUE(client.gets("hello"));
  pass(ServerLimits::discard_time);
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
}

TEST_F(ServerBodies, ClosesWhereWhatIsReadPastIsMalformedOrEnds) {
  Client malformed(*this);
  malformed.send(post("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(malformed.gets("hello"));
  malformed.send("zz\r\n");
  EXPECT_TRUE(malformed.sees_end());
  Client ending(*this);
  ending.send(post("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(ending.gets("hello"));
  ending.finish();
  EXPECT_TRUE(ending.sees_end());
}

TEST_F(ServerBodies, ABodyThatDoesNotComeInTimeIs408) {
  echo(10);
  Client client(*this);
  client.send(post("Content-Length: 5\r\n", "hell"));
  pass(Milliseconds{10'100});
  EXPECT_TRUE(client.sees_end());
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerBodies, ABodyThatIsMalformedOrEndsEarlyIs400) {
  echo(10);
  Client malformed(*this);
  malformed.send(post("Transfer-Encoding: chunked\r\n", "5\nhello"));
  EXPECT_TRUE(malformed.sees_end());
  EXPECT_THAT(malformed.received, StartsWith("HTTP/1.1 400 "));
  Client ending(*this);
  ending.send(post("Content-Length: 5\r\n", "hell"));
  ending.finish();
  EXPECT_TRUE(ending.sees_end());
  EXPECT_THAT(ending.received, StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace tidings::http
