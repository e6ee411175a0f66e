// Edges come once: what a connection has been told of it must have read before it waits for another.
#include "http/connection_table.hpp"
#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

constexpr std::string_view short_get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class ServerReading : public ServerTest {
 public:
  void echo_size() {
    on_request_ = [](const ExchangePtr& exchange) {
      exchange->read_body(10'000'000, [exchange](Result<std::string> body) {
        if (!body) return exchange->respond_error(body.error());
        exchange->respond(text("<" + std::to_string(body->size()) + ">"));
      });
    };
  }
  void hold() {
    on_request_ = [this](const ExchangePtr& exchange) { held_ = exchange; };
  }
  // Without any time passing, at the end of which it would be closed anyway.
  bool closes() {
    return turn_until([&] { return server_->open_connections() == 0; });
  }
};

TEST_F(ServerReading, AnswersARequestThatCameWithItsClientsEndAndCloses) {
  Client client(*this);
  client.send_and_finish(short_get);
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndThatCameWithTheLastRequestWhereItClosesItself) {
  Client client(*this);
  client.send_and_finish("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndThatComesAfterTheAnswer) {
  Client client(*this);
  client.send(short_get);
  ASSERT_TRUE(client.gets("hello"));
  turn();
  client.finish();
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndThatWasToldWhileAHandlerHadTheRequest) {
  hold();
  Client client(*this);
  client.send(short_get);
  ASSERT_TRUE(turn_until([&] { return held_ != nullptr; }));
  client.finish();
  turn();
  held_->respond(text("hello"));
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndThatCameWithARequestForAStream) {
  on_request_ = [this](const ExchangePtr& exchange) { stream_ = exchange->respond_stream(Response{}, listener_); };
  Client client(*this);
  client.send_and_finish(short_get);
  EXPECT_TRUE(turn_until([&] { return listener_.closed == 1; }));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndThatCameWithPartOfABody) {
  echo_size();
  Client client(*this);
  client.send_and_finish(post("Content-Length: 10\r\n", "01234"));
  EXPECT_TRUE(client.gets("HTTP/1.1 400 "));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, SeesAnEndInTheMiddleOfAHead) {
  Client client(*this);
  client.send_and_finish("GET / HT");
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(client.received, "");
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, AnswersAllRequestsThatCameWithTheirClientsEnd) {
  Client client(*this);
  std::string all;
  for (int i = 0; i < 40; ++i) all += short_get;
  client.send_and_finish(all);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(client.gets("hello"));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, TakesABodyInPieces) {
  echo_size();
  Client client(*this);
  client.send(post("Content-Length: 9\r\n"));
  for (int i = 0; i < 3; ++i) {
    turn();
    client.send("abc");
  }
  EXPECT_TRUE(client.gets("<9>"));
  client.send(short_get);
  EXPECT_TRUE(client.gets("<0>"));
}

// One byte fewer than one read takes, as many, and one more; and several reads' worth.
TEST_F(ServerReading, TakesRequestsOfAnySizeBesideThatOfItsBuffer) {
  echo_size();
  Client client(*this);
  const std::string fields = "Content-Length: 12345\r\n";
  const std::size_t buffer = ConnectionTable::receive_bytes;
  for (const std::size_t whole : {buffer - 1, buffer, buffer + 1, 3 * buffer, 3 * buffer + 1}) {
    const std::size_t size = whole - post(fields).size();
    std::string length = std::to_string(size);
    ASSERT_EQ(length.size(), 5U);
    const std::string request = post("Content-Length: " + length + "\r\n", std::string(size, 'x'));
    ASSERT_EQ(request.size(), whole);
    client.send(request);
    ASSERT_TRUE(client.gets("<" + length + ">")) << whole;
  }
  client.send_and_finish(post(fields, std::string(12'345, 'x')));
  EXPECT_TRUE(client.gets("<12345>"));
  EXPECT_TRUE(closes());
}

TEST_F(ServerReading, AnswersMorePipelinedRequestsThanItsBufferHolds) {
  Client client(*this);
  std::string all;
  std::size_t requests = 0;
  for (; all.size() <= 2 * ConnectionTable::receive_bytes; ++requests) all += short_get;
  client.send(all);
  EXPECT_TRUE(turn_until([&] {
    client.read();
    return requests_.size() == requests;
  }));
  EXPECT_EQ(server_->open_connections(), 1U);
}

}  // namespace
}  // namespace tidings::http
