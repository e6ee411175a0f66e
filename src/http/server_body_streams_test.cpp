#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ServerBodyStreams : public ServerTest {
 public:
  void stream() {
    on_request_ = [this](const ExchangePtr& exchange) {
      held_ = exchange;
      exchange->stream_body(body_);
    };
  }
};

TEST_F(ServerBodyStreams, StreamsABodyAsItArrives) {
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

TEST_F(ServerBodyStreams, ReadsNothingWhilePaused) {
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

TEST_F(ServerBodyStreams, KeepsWhatWasReceivedWhenPausedInTheMiddleOfIt) {
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

TEST_F(ServerBodyStreams, EndsAStreamedBodyAfterAMinuteOfSilence) {
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

TEST_F(ServerBodyStreams, AnswersWhileTheBodyStillComes) {
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

TEST_F(ServerBodyStreams, AClientThatHasClosedItsHalfStillGetsItsStreamedAnswers) {
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

TEST_F(ServerBodyStreams, KeepsTheConnectionAfterAStreamedAnswerWhoseBodyIsWhole) {
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

TEST_F(ServerBodyStreams, EndsAnAnswerBeforeItsBodyAndReadsPastTheRest) {
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

TEST_F(ServerBodyStreams, TellsThoseWhoWaitForABodyThatThePeerIsGone) {
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

TEST_F(ServerBodyStreams, ABodyThatBreaksOffLeavesItsAnswersOpen) {
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

TEST_F(ServerBodyStreams, ADroppedBodyIsHeardOfNoMore) {
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

TEST_F(ServerBodyStreams, ABodyAskedForTooLateStillHasAnEnd) {
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
