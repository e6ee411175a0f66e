#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class ServerStreams : public ServerTest {
 public:
  ServerStreams() {
    on_request_ = [this](const ExchangePtr& exchange) { stream_ = exchange->respond_stream(head_, listener_); };
  }
  void open(Client& client, std::string_view version = "1.1") {
    stream_ = nullptr;
    client.send("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(turn_until([&] { return stream_ != nullptr; }));
    ASSERT_TRUE(client.gets("\r\n\r\n"));
  }
  // Writes until the socket is full; how much that was.
  std::size_t fill() {
    const std::string piece(65536, 'x');
    std::size_t all = 0;
    for (;;) {
      const auto taken = write_text(*stream_, piece);
      all += taken;
      if (taken < piece.size()) return all;
    }
  }

  Response head_ = text("");
};

TEST_F(ServerStreams, SendsTheHeadAtOnceAndThenWhatIsWritten) {
  Client client(*this);
  open(client);
  EXPECT_EQ(stream_->framing(), Framing::chunked);
  EXPECT_EQ(stream_->peer().text(), "127.0.0.1");
  EXPECT_THAT(client.received, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(client.received, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(write_text(*stream_, "2\r\nab\r\n"), 7U);
  EXPECT_TRUE(client.gets("2\r\nab\r\n"));
  EXPECT_EQ(stream_->unacknowledged_for(), Milliseconds{0});
}

// The socket's first word that it can be written to comes before the turn that would have sent the head.
TEST_F(ServerStreams, AHeadThatWaitedIsOwedNothingOnceItIsSent) {
  ExchangePtr held;
  on_request_ = [&](ExchangePtr exchange) { held = std::move(exchange); };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
  turn();
  stream_ = held->respond_stream(head_, listener_);
  ASSERT_TRUE(client.gets("\r\n\r\n"));
  pass(limits_.write_timeout.load() + Seconds{1});
  client.read();
  EXPECT_FALSE(client.ended || client.reset);
  EXPECT_EQ(write_text(*stream_, "2\r\nab\r\n"), 7U);
  EXPECT_TRUE(client.gets("2\r\nab\r\n"));
}

TEST_F(ServerStreams, AnHttp10StreamEndsWithItsConnection) {
  Client client(*this);
  open(client, "1.0");
  EXPECT_EQ(stream_->framing(), Framing::identity);
  EXPECT_THAT(client.received, Not(HasSubstr("chunked")));
  EXPECT_THAT(client.received, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(write_text(*stream_, "ab"), 2U);
  stream_->end();
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
  EXPECT_THAT(client.received, EndsWith("\r\n\r\nab"));
}

TEST_F(ServerStreams, TheConnectionServesAnotherRequestAfterAStream) {
  Client client(*this);
  for (int i = 0; i < 3; ++i) {
    open(client);
    turn();
    stream_->end();
    EXPECT_TRUE(client.gets("0\r\n\r\n"));
  }
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerStreams, AStreamThatEndsAtOnceIsWhole) {
  on_request_ = [this](const ExchangePtr& exchange) {
    ResponseStream* stream = exchange->respond_stream(head_, listener_);
    EXPECT_EQ(write_text(*stream, "1\r\na\r\n"), 6U);
    stream->end();
  };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.gets("1\r\na\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.gets("1\r\na\r\n0\r\n\r\n"));
}

TEST_F(ServerStreams, AStreamThatEndsBeforeAnythingIsWrittenIsWhole) {
  on_request_ = [this](const ExchangePtr& exchange) { exchange->respond_stream(head_, listener_)->end(); };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.gets("\r\n\r\n0\r\n\r\n"));
}

TEST_F(ServerStreams, TheHeadAndWhatIsWrittenFirstAreOnePacket) {
  on_request_ = [this](const ExchangePtr& exchange) {
    stream_ = exchange->respond_stream(head_, listener_);
    EXPECT_EQ(write_text(*stream_, "1\r\na\r\n"), 6U);
  };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.gets("\r\n\r\n1\r\na\r\n"));
  EXPECT_EQ(client.packets(), 1U);
  EXPECT_EQ(write_text(*stream_, "1\r\nb\r\n"), 6U);
  EXPECT_TRUE(client.gets("1\r\nb\r\n"));
  EXPECT_EQ(client.packets(), 2U);
}

TEST_F(ServerStreams, APeerThatGoesBeforeAnythingIsWrittenIsNoticed) {
  Client client(*this);
  on_request_ = [&](const ExchangePtr& exchange) {
    client.break_off();
    stream_ = exchange->respond_stream(head_, listener_);
    EXPECT_EQ(write_text(*stream_, "1\r\na\r\n"), 6U);
  };
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(turn_until([&] { return listener_.closed == 1; }));
}

TEST_F(ServerStreams, TellsWhenAFullSocketTakesBytesAgain) {
  Client client(*this);
  open(client);
  const auto written = fill();
  turn();
  EXPECT_EQ(listener_.writable, 0);
  EXPECT_TRUE(turn_until([&] {
    client.read();
    return listener_.writable == 1;
  }));
  EXPECT_GT(written, 0U);
  EXPECT_EQ(write_text(*stream_, "more"), 4U);
  EXPECT_TRUE(client.gets("more"));
}

TEST_F(ServerStreams, TheLastChunkWaitsForAFullSocket) {
  Client client(*this);
  open(client);
  fill();
  stream_->end();
  EXPECT_TRUE(client.gets("0\r\n\r\n"));
  EXPECT_EQ(listener_.writable, 0);
  open(client);
}

TEST_F(ServerStreams, AHeadThatTheSocketDoesNotTakeComesBeforeTheRest) {
  head_.set("X-Long", std::string(10'000'000, 'x'));
  on_request_ = [this](const ExchangePtr& exchange) {
    stream_ = exchange->respond_stream(head_, listener_);
    EXPECT_EQ(write_text(*stream_, "too early"), 0U);
  };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(turn_until([&] {
    client.read();
    return listener_.writable == 1;
  }));
  EXPECT_EQ(write_text(*stream_, "in time"), 7U);
  EXPECT_TRUE(client.gets("x\r\nTransfer-Encoding: chunked\r\n\r\nin time"));
}

TEST_F(ServerStreams, HearsThatThePeerIsGone) {
  Client client(*this);
  open(client);
  client.close();
  EXPECT_TRUE(turn_until([&] { return listener_.closed == 1; }));
  EXPECT_EQ(server_->open_connections(), 0U);
  EXPECT_EQ(count_.open.load(), 0U);
}

TEST_F(ServerStreams, TakesEverythingOnceBrokenAndSaysSoLater) {
  Client client(*this);
  open(client);
  server_->close();
  EXPECT_EQ(write_text(*stream_, "for nobody"), 10U);
  EXPECT_EQ(stream_->unacknowledged_for(), Milliseconds{0});
  EXPECT_EQ(listener_.closed, 0);
  turn();
  EXPECT_EQ(listener_.closed, 1);
}

TEST_F(ServerStreams, FindsOutByWritingThatThePeerHasBrokenOff) {
  Client client(*this);
  open(client);
  client.break_off();
  EXPECT_EQ(write_text(*stream_, "for nobody"), 10U);
  EXPECT_EQ(listener_.closed, 0);
  turn();
  EXPECT_EQ(listener_.closed, 1);
}

TEST_F(ServerStreams, AStreamThatEndsAfterThePeerHasGoneHearsNothing) {
  Client client(*this);
  open(client);
  server_->close();
  stream_->end();
  turn();
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerStreams, AbortingShowsThePeerAnIncompleteResponse) {
  Client client(*this);
  open(client, "1.0");
  stream_->abort();
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.reset);
  turn();
  EXPECT_EQ(listener_.closed, 0);
  EXPECT_EQ(server_->open_connections(), 0U);
}

TEST_F(ServerStreams, AbortingABrokenStreamDoesNothing) {
  Client client(*this);
  open(client);
  server_->close();
  stream_->abort();
  turn();
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerStreams, IgnoresWhatAClientSendsMeanwhileAndThenCloses) {
  Client client(*this);
  open(client);
  EXPECT_TRUE(client.send(std::string(1'000'000, 'x')));
  turn();
  EXPECT_EQ(listener_.closed, 0);
  stream_->end();
  EXPECT_TRUE(client.gets("0\r\n\r\n"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
}

TEST_F(ServerStreams, CutsOffAClientThatSendsWithoutEnd) {
  Client client(*this);
  open(client);
  EXPECT_FALSE(client.send(std::string(30'000'000, 'x')));
  turn();
  EXPECT_EQ(listener_.closed, 1);
}

TEST_F(ServerStreams, HeadHasNoStream) {
  Client client(*this);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(client.gets("\r\n\r\n"));
  ASSERT_TRUE(client.gets("\r\n\r\n"));
  EXPECT_EQ(stream_, nullptr);
  EXPECT_EQ(requests_.size(), 2U);
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerStreams, TellsHowLongThePeerHasAcknowledgedNothing) {
  Client client(*this);
  open(client);
  EXPECT_EQ(write_text(*stream_, "1\r\na\r\n"), 6U);
  ASSERT_TRUE(client.gets("1\r\na\r\n"));
  EXPECT_TRUE(turn_until([&] { return stream_->unacknowledged_for() == Milliseconds{0}; }));
}

TEST_F(ServerStreams, MayBeOpenedAfterItsHandlerHasReturned) {
  on_request_ = [&](ExchangePtr exchange) { held_ = std::move(exchange); };
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(turn_until([&] { return held_ != nullptr; }));
  stream_ = std::exchange(held_, nullptr)->respond_stream(head_, listener_);
  ASSERT_NE(stream_, nullptr);
  EXPECT_EQ(write_text(*stream_, "1\r\na\r\n"), 6U);
  EXPECT_TRUE(client.gets("1\r\na\r\n"));
}

}  // namespace
}  // namespace tidings::http
