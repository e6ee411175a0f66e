#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view get = "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n";

using ServerRequests = ServerTest;

TEST_F(ServerRequests, AnswersARequestWithWhatTheHandlerSays) {
  Client client(*this);
  client.send(get);
  ASSERT_TRUE(client.gets("hello"));
  EXPECT_EQ(client.received,
            "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 5\r\n\r\nhello");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].method, "GET");
  EXPECT_EQ(requests_[0].path, "/a");
  EXPECT_EQ(requests_[0].query, "b=c");
  EXPECT_EQ(requests_[0].peer.text(), "127.0.0.1");
  EXPECT_FALSE(requests_[0].has_body);
}

TEST_F(ServerRequests, TakesARequestThatComesByteByByte) {
  Client client(*this);
  for (const char c : get) {
    client.send({&c, 1});
    turn(2);
  }
  EXPECT_TRUE(client.gets("hello"));
}

TEST_F(ServerRequests, KeepsAConnectionForTheNextRequest) {
  Client client(*this);
  for (int i = 0; i < 3; ++i) {
    client.send(get);
    ASSERT_TRUE(client.gets("hello"));
  }
  EXPECT_EQ(server_->open_connections(), 1U);
}

TEST_F(ServerRequests, AnswersPipelinedRequestsInTheirOrder) {
  std::string all;
  for (int i = 0; i < 40; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  on_request_ = [](const ExchangePtr& exchange) { exchange->respond(text("<" + exchange->request().path + ">")); };
  Client client(*this);
  client.send(all);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(client.gets("</" + std::to_string(i) + ">"));
}

TEST_F(ServerRequests, AnswersLaterFromAnotherThreadsTask) {
  ExchangePtr held;
  on_request_ = [&](ExchangePtr exchange) { held = std::move(exchange); };
  Client client(*this);
  client.send(std::string(get) + std::string(get));
  ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
  EXPECT_EQ(requests_.size(), 1U);
  reactor_.post([&] { std::exchange(held, nullptr)->respond(text("first")); });
  ASSERT_TRUE(client.gets("first"));
  ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
  held->respond(text("second"));
  held->respond(text("never"));
  EXPECT_TRUE(client.gets("second"));
  turn();
  EXPECT_THAT(client.received, Not(HasSubstr("never")));
}

TEST_F(ServerRequests, ClosesWhereTheClientAsksFor) {
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n");
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
  EXPECT_THAT(client.received, HasSubstr("\r\nConnection: close\r\n"));
  client.close();
  EXPECT_TRUE(turn_until([&] { return server_->open_connections() == 0; }));
}

TEST_F(ServerRequests, ClosesAfterAnHttp10RequestUnlessItAsksOtherwise) {
  Client client(*this);
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(client.sees_end());
  EXPECT_THAT(client.received, EndsWith("hello"));
  EXPECT_EQ(requests_.at(0).minor_version, 0);

  Client staying(*this);
  staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(staying.gets("\r\nConnection: keep-alive\r\n"));
  staying.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(staying.sees_end());
  EXPECT_EQ(requests_.size(), 3U);
}

TEST_F(ServerRequests, SendsTheFieldsAloneForHead) {
  Client client(*this);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(get));
  ASSERT_TRUE(client.gets("\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_TRUE(client.gets("hello"));
  EXPECT_THAT(client.received, HasSubstr("Content-Length: 5"));
}

TEST_F(ServerRequests, GivesNoLengthForTheHeadOfAStream) {
  on_request_ = [](const ExchangePtr& exchange) { exchange->respond(Response{}); };
  Client client(*this);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(client.gets("\r\n\r\n"));
  EXPECT_THAT(client.received, Not(HasSubstr("Content-Length")));
}

TEST_F(ServerRequests, SendsNoLengthWith204) {
  on_request_ = [](const ExchangePtr& exchange) {
    Response response;
    response.status = 204;
    exchange->respond(response);
  };
  Client client(*this);
  client.send(get);
  ASSERT_TRUE(client.gets("\r\n\r\n"));
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(client.received, Not(HasSubstr("Content-Length")));
}

TEST_F(ServerRequests, AnswersOptionsOfTheServerItself) {
  Client client(*this);
  client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\nOrigin: o\r\n\r\n" + std::string(get));
  ASSERT_TRUE(client.gets("HTTP/1.1 204 No Content\r\n"));
  ASSERT_TRUE(client.gets("X-Decorated: o\r\n"));
  EXPECT_TRUE(client.gets("hello"));
}

TEST_F(ServerRequests, AnswersAClientThatHasClosedItsHalf) {
  Client client(*this);
  client.send(get);
  client.finish();
  ASSERT_TRUE(client.gets("hello"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
}

TEST_F(ServerRequests, RefusesMalformedRequestsWithTheHandlersFieldsAndCloses) {
  for (const std::string_view request : {"GET / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nBad : x\r\n\r\n",
                                         "\r\nGET / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nBad\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nHost: h\r\n\r\n"}) {
    Client client(*this);
    client.send(request);
    EXPECT_TRUE(client.sees_end()) << request;
    EXPECT_TRUE(client.ended);
    EXPECT_THAT(client.received, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(client.received, HasSubstr("X-Decorated: o\r\n"));
    EXPECT_THAT(client.received, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(client.received, HasSubstr("\"code\":\"request_malformed\""));
  }
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(refused_, testing::ElementsAre(ErrorCode::request_malformed, ErrorCode::request_malformed,
                                             ErrorCode::request_malformed));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_http_requests_malformed_total 3"));
}

TEST_F(ServerRequests, RefusesOtherVersionsAndExpectationsByTheirNames) {
  Client version(*this);
  version.send("GET / HTTP/2.0\r\n\r\n");
  EXPECT_TRUE(version.sees_end());
  EXPECT_THAT(version.received, StartsWith("HTTP/1.1 505 "));
  Client expectation(*this);
  expectation.send("GET / HTTP/1.1\r\nHost: h\r\nExpect: a-miracle\r\n\r\n");
  EXPECT_TRUE(expectation.sees_end());
  EXPECT_THAT(expectation.received, StartsWith("HTTP/1.1 417 "));
}

TEST_F(ServerRequests, RefusesHeadsOverItsLimits) {
  limits_.header_bytes = 100;
  Client bytes(*this);
  bytes.send("GET / HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nX: " + std::string(100, 'x'));
  EXPECT_TRUE(bytes.sees_end());
  EXPECT_THAT(bytes.received, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(bytes.received, HasSubstr("X-Decorated: o\r\n"));
  limits_.header_fields = 1;
  Client fields(*this);
  fields.send("GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n");
  EXPECT_TRUE(fields.sees_end());
  EXPECT_THAT(fields.received, StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerRequests, LetsARefusedClientThatIsStillSendingReadItsAnswer) {
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nBad Field: x\r\n");
  EXPECT_TRUE(client.send(std::string(4'000'000, 'x')));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerRequests, CutsOffARefusedClientThatNeverStopsSending) {
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nBad Field: x\r\n");
  EXPECT_FALSE(client.send(std::string(30'000'000, 'x')));
  EXPECT_TRUE(turn_until([&] { return server_->open_connections() == 0; }));
}

TEST_F(ServerRequests, CutsOffARefusedClientThatNeverCloses) {
  Client client(*this);
  client.send("nonsense\r\n");
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(server_->open_connections(), 1U);
  pass(ServerLimits::discard_time);
  EXPECT_EQ(server_->open_connections(), 0U);
}

TEST_F(ServerRequests, AnswersAHeadThatDoesNotComeInTimeWith408) {
  Client client(*this);
  client.send("GET / HTTP/1.1\r\nOrigin: o\r\nHos");
  pass(Milliseconds{9'000});
  EXPECT_EQ(server_->open_connections(), 1U);
  pass(Milliseconds{1'100});
  EXPECT_TRUE(client.sees_end());
  EXPECT_THAT(client.received, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(client.received, HasSubstr("X-Decorated: o\r\n"));
}

TEST_F(ServerRequests, JustClosesConnectionsThatIdle) {
  Client fresh(*this);
  Client used(*this);
  used.send(get);
  ASSERT_TRUE(used.gets("hello"));
  pass(Milliseconds{10'100});
  EXPECT_TRUE(fresh.sees_end());
  EXPECT_EQ(fresh.received, "");
  EXPECT_EQ(server_->open_connections(), 1U);
  pass(Milliseconds{65'000});
  const auto size = used.received.size();
  EXPECT_TRUE(used.sees_end());
  EXPECT_EQ(used.received.size(), size);
  EXPECT_EQ(server_->open_connections(), 0U);
}

TEST_F(ServerRequests, KnowsWhenThePeerIsGone) {
  ExchangePtr held;
  on_request_ = [&](ExchangePtr exchange) { held = std::move(exchange); };
  {
    Client client(*this);
    client.send(get);
    ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
    EXPECT_FALSE(held->closed());
    server_->close();
    turn();
  }
  EXPECT_TRUE(held->closed());
  held->respond(text("for nobody"));
  StreamListener listener;
  EXPECT_EQ(held->respond_stream(Response{}, listener), nullptr);
  Result<std::string> body = "untouched";
  held->read_body(10, [&](Result<std::string> result) { body = std::move(result); });
  turn();
  EXPECT_FALSE(body);
}

TEST_F(ServerRequests, DropsAnswersToAPeerWhoseEndIsStillToBeTold) {
  std::vector<ExchangePtr> held;
  on_request_ = [&](const ExchangePtr& exchange) { held.push_back(exchange); };
  Client one(*this);
  Client other(*this);
  one.send(get);
  other.send(get);
  ASSERT_TRUE(turn_until([&] { return held.size() == 2; }));
  server_->close();
  held[0]->respond(text("for nobody"));
  EXPECT_EQ(held[1]->respond_stream(Response{}, listener_), nullptr);
  held[1]->read_body(10, [](const Result<std::string>& body) { EXPECT_FALSE(body); });
  turn();
  EXPECT_EQ(server_->open_connections(), 0U);
  EXPECT_EQ(listener_.closed, 0);
}

TEST_F(ServerRequests, SendsALongAnswerAsTheClientTakesIt) {
  on_request_ = [](const ExchangePtr& exchange) { exchange->respond(text(std::string(20'000'000, 'x') + "end")); };
  Client client(*this);
  client.send(get);
  turn();
  EXPECT_TRUE(client.gets("xend"));
  on_request_ = [](const ExchangePtr& exchange) { exchange->respond(text("again")); };
  client.send(get);
  EXPECT_TRUE(client.gets("again"));
}

TEST_F(ServerRequests, ClosesOnAClientThatTakesNothing) {
  on_request_ = [](const ExchangePtr& exchange) { exchange->respond(text(std::string(20'000'000, 'x'))); };
  Client client(*this, 4096);
  client.send(get);
  ASSERT_TRUE(turn_until([&] { return requests_.size() == 1; }));
  pass(Milliseconds{59'000});
  EXPECT_EQ(server_->open_connections(), 1U);
  pass(Milliseconds{1'100});
  EXPECT_EQ(server_->open_connections(), 0U);
}

}  // namespace
}  // namespace tidings::http
