#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using testing::ElementsAre;
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
  void stream() {
    on_request_ = [this](const ExchangePtr& exchange) {
      held_ = exchange;
      exchange->stream_body(body_);
    };
  }
};

std::string post(std::string_view fields, std::string_view body = {}) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

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

TEST_F(ServerBodies, StreamsABodyAsItArrives) {
  stream();
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  client.send("1\r\nc");
  EXPECT_TRUE(turn_until([&] { return body_.body == "abc"; }));
  EXPECT_EQ(body_.ended, 0);
  client.send("\r\n0\r\n\r\n");
  EXPECT_TRUE(turn_until([&] { return body_.ended == 1; }));
  held_->respond(text("done"));
  EXPECT_TRUE(client.gets("done"));
}

TEST_F(ServerBodies, ReadsNothingWhilePaused) {
  stream();
  body_.when_body = [&] { held_->pause_body(true); };
  Client client(*this);
  client.send(post("Content-Length: 50000000\r\n", "0123456789"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "0123456789"; }));
  EXPECT_FALSE(client.send(std::string(49'000'000, 'x')));
  EXPECT_EQ(body_.body.size(), 10U);
  pass(Milliseconds{120'000});  // silence that the server itself asked for
  EXPECT_TRUE(body_.errors.empty());
  body_.when_body = nullptr;
  held_->pause_body(false);
  held_->pause_body(false);
  EXPECT_TRUE(turn_until([&] { return body_.body.size() > 100'000; }));
}

TEST_F(ServerBodies, KeepsWhatWasReceivedWhenPausedInTheMiddleOfIt) {
  stream();
  body_.when_body = [&] { held_->pause_body(true); };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "a"; }));
  turn();
  EXPECT_EQ(body_.body, "a");
  held_->pause_body(false);
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  held_->pause_body(false);
  EXPECT_TRUE(turn_until([&] { return body_.ended == 1; }));
}

TEST_F(ServerBodies, EndsAStreamedBodyAfterAMinuteOfSilence) {
  stream();
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "a"; }));
  pass(Milliseconds{59'000});
  client.send("1\r\nb\r\n");
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  pass(Milliseconds{59'000});
  EXPECT_TRUE(body_.errors.empty());
  pass(Milliseconds{1'100});
  EXPECT_THAT(body_.errors, ElementsAre(ErrorCode::request_timeout));
  held_->respond(text("too late"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_THAT(client.received, HasSubstr("too late"));
}

TEST_F(ServerBodies, AnswersWhileTheBodyStillComes) {
  on_request_ = [&](const ExchangePtr& exchange) {
    exchange->stream_body(body_);
    stream_ = exchange->respond_stream(Response{}, listener_);
  };
  body_.when_body = [&] {
    EXPECT_GT(write_text(*stream_, "2\r\n" + body_.body.substr(body_.body.size() - 2) + "\r\n"), 0U);
  };
  body_.when_ended = [&] { stream_->end(); };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  EXPECT_TRUE(client.gets("2\r\nab\r\n"));
  client.send("2\r\ncd\r\n");
  EXPECT_TRUE(client.gets("2\r\ncd\r\n"));
  client.send("0\r\n\r\n");
  client.finish();
  EXPECT_TRUE(client.gets("0\r\n\r\n"));
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerBodies, AClientThatHasClosedItsHalfStillGetsItsStreamedAnswers) {
  on_request_ = [&](const ExchangePtr& exchange) {
    exchange->stream_body(body_);
    stream_ = exchange->respond_stream(Response{}, listener_);
  };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"));
  client.finish();
  EXPECT_TRUE(turn_until([&] { return body_.ended == 1; }));
  turn();
  EXPECT_EQ(listener_.closed, 0);
  EXPECT_EQ(write_text(*stream_, "1\r\nx\r\n"), 6U);
  stream_->end();
  EXPECT_TRUE(client.gets("1\r\nx\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
}

TEST_F(ServerBodies, KeepsTheConnectionAfterAStreamedAnswerWhoseBodyIsWhole) {
  on_request_ = [&](const ExchangePtr& exchange) {
    stream_ = exchange->respond_stream(Response{}, listener_);
    exchange->stream_body(body_);
  };
  body_.when_ended = [&] { stream_->end(); };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.gets("\r\n\r\n0\r\n\r\n"));
  client.send(post("Content-Length: 1\r\n", "x"));
  EXPECT_TRUE(client.gets("\r\n\r\n0\r\n\r\n"));
  EXPECT_EQ(body_.body, "abx");
}

TEST_F(ServerBodies, EndsAnAnswerBeforeItsBodyAndReadsPastTheRest) {
  on_request_ = [&](const ExchangePtr& exchange) {
    held_ = exchange;
    exchange->stream_body(body_);
    stream_ = exchange->respond_stream(Response{}, listener_);
  };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  stream_->end();
  held_->drop_body();
  EXPECT_TRUE(client.gets("0\r\n\r\n"));
  client.send("2\r\ncd\r\n0\r\n\r\n" + post("Transfer-Encoding: chunked\r\n", "1\r\ne\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "abe"; }));
}

TEST_F(ServerBodies, TellsThoseWhoWaitForABodyThatThePeerIsGone) {
  on_request_ = [&](const ExchangePtr& exchange) {
    exchange->stream_body(body_);
    EXPECT_NE(exchange->respond_stream(Response{}, listener_), nullptr);
  };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  server_->close();
  turn();
  EXPECT_EQ(body_.errors.size(), 1U);
  EXPECT_EQ(listener_.closed, 1);
}

TEST_F(ServerBodies, ABodyThatBreaksOffLeavesItsAnswersOpen) {
  on_request_ = [&](const ExchangePtr& exchange) {
    exchange->stream_body(body_);
    stream_ = exchange->respond_stream(Response{}, listener_);
  };
  Client client(*this);
  client.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  client.finish();
  EXPECT_TRUE(turn_until([&] { return !body_.errors.empty(); }));
  turn();
  ASSERT_EQ(listener_.closed, 0);
  stream_->end();
  EXPECT_TRUE(client.gets("0\r\n\r\n"));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(ServerBodies, ADroppedBodyIsHeardOfNoMore) {
  stream();
  Client client(*this);
  client.send(post("Content-Length: 4\r\n", "ab"));
  EXPECT_TRUE(turn_until([&] { return body_.body == "ab"; }));
  held_->drop_body();
  client.send("cd");
  turn();
  held_->respond(text("enough"));
  EXPECT_TRUE(client.gets("enough"));
  EXPECT_EQ(body_.body, "ab");
  EXPECT_EQ(body_.ended, 0);
}

TEST_F(ServerBodies, ABodyAskedForTooLateStillHasAnEnd) {
  on_request_ = [&](const ExchangePtr& exchange) {
    held_ = exchange;
    EXPECT_NE(exchange->respond_stream(Response{}, listener_), nullptr);
  };
  Client whole(*this);
  whole.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(turn_until([&] { return held_ != nullptr; }));
  turn();
  held_->pause_body(true);
  held_->stream_body(body_);
  turn();
  EXPECT_EQ(body_.ended, 0);
  held_->pause_body(false);
  turn();
  EXPECT_EQ(body_.ended, 1);

  held_.reset();
  Client unread(*this);
  unread.send(post("Content-Length: 4\r\n", "ab"));
  ASSERT_TRUE(turn_until([&] { return held_ != nullptr; }));
  turn();
  held_->stream_body(body_);
  turn();
  EXPECT_EQ(body_.errors.size(), 1U);
}

}  // namespace
}  // namespace tidings::http
