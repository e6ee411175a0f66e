#include <sys/resource.h>

#include "http/connection.hpp"
#include "http/connection_table.hpp"
#include "http/server_fixture.hpp"
#include "observe/log.hpp"

namespace tidings::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view plain_get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class ServerLimitsTest : public ServerTest {
 public:
  ServerLimitsTest() {
    observe::redirect_log([this](std::string_view line) { log_.emplace_back(line); });
  }
  ~ServerLimitsTest() override {
    observe::configure_log(observe::Level::info, observe::Format::text);
    observe::redirect_log({});
  }
  std::vector<std::string> log_;
};

TEST_F(ServerLimitsTest, RefusesConnectionsOverTheLimitWithAnAnswer) {
  limits_.connections = 1;
  Client first(*this);
  first.send(plain_get);
  ASSERT_TRUE(first.gets("hello"));
  Client second(*this);
  EXPECT_TRUE(second.sees_end());
  EXPECT_TRUE(second.ended);
  EXPECT_THAT(second.received, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(second.received, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(second.received, HasSubstr("X-Decorated: nobody\r\n"));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_http_connections_refused_total 1"));
  second.close();
  first.close();
  EXPECT_TRUE(turn_until([&] { return count_.open == 0; }));
  Client third(*this);
  third.send(plain_get);
  EXPECT_TRUE(third.gets("hello"));
}

TEST_F(ServerLimitsTest, JustClosesThoseForWhomThereIsNoRoomToLinger) {
  limits_.connections = 0;
  count_.open = ConnectionTable::lingering_refusals;
  Client client(*this);
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(count_.open, ConnectionTable::lingering_refusals);
}

TEST_F(ServerLimitsTest, WaitsForDescriptorsAndSaysSoOnce) {
  // UBSan looks at an object through a pipe the first time that it meets its type, and takes it for broken where it
  // gets none: whatever is met without descriptors has been met before.
  Client before(*this);
  before.send(plain_get);
  ASSERT_TRUE(before.gets("hello"));
  observe::log(observe::Level::warning, "first");
  log_.clear();

  Client client(*this);
  client.send(plain_get);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (int i = 0; i < 3; ++i) {
    rlimit none = limit;
    none.rlim_cur = 3;
    ::setrlimit(RLIMIT_NOFILE, &none);
    reactor_.run_once(Milliseconds{0});
    ::setrlimit(RLIMIT_NOFILE, &limit);
    clock_.advance(Milliseconds{150});
    reactor_.run_once(Milliseconds{0});
  }
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_THAT(log_, ElementsAre(HasSubstr("descriptors_exhausted")));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_http_descriptors_exhausted_total 1"));
  EXPECT_TRUE(client.gets("hello"));
}

TEST_F(ServerLimitsTest, ACrowdWaitsBehindThoseWhoAskAgainAndAgain) {
  Client regular(*this);
  for (int i = 0; i < Connection::answers_of_a_newcomer; ++i) {
    regular.send(plain_get);
    ASSERT_TRUE(regular.gets("hello"));
  }
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(std::make_unique<Client>(*this));
  turn();  // they are accepted
  requests_.clear();
  for (const auto& client : crowd) client->send(plain_get);
  regular.send("GET /regular HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(regular.gets("hello"));
  EXPECT_EQ(requests_.front().path, "/regular");
  for (const auto& client : crowd) EXPECT_TRUE(client->gets("hello"));
}

TEST_F(ServerLimitsTest, TakesManyConnectionsAtOnce) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 150; ++i) clients.push_back(std::make_unique<Client>(*this));
  for (const auto& client : clients) client->send(plain_get);
  for (const auto& client : clients) EXPECT_TRUE(client->gets("hello"));
  EXPECT_EQ(server_->open_connections(), 150U);
  clients.clear();
  EXPECT_TRUE(turn_until([&] { return server_->open_connections() == 0; }));
}

TEST_F(ServerLimitsTest, StopsAtAListeningSocketThatIsNone) {
  Server other(reactor_, *this, limits_, count_, metrics_);
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
  const Descriptor ours(pair[0]);
  const Descriptor theirs(pair[1]);
  ASSERT_TRUE(other.listen(ours.get()));
  ASSERT_EQ(::send(theirs.get(), "x", 1, 0), 1);
  turn();
  EXPECT_THAT(log_, ElementsAre(HasSubstr("accept_failed")));
  EXPECT_FALSE(other.listen(-1));
}

TEST_F(ServerLimitsTest, DrainingClosesIdleConnectionsAndAnswersTheOthers) {
  Client idle(*this);
  idle.send(plain_get);
  ASSERT_TRUE(idle.gets("hello"));
  ExchangePtr held;
  ExchangePtr held_again;
  on_request_ = [&](ExchangePtr exchange) { (held ? held_again : held) = std::move(exchange); };
  Client busy(*this);
  busy.send(plain_get);
  ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
  Client halfway(*this);
  halfway.send("GET / HT");
  Client silent(*this);
  Client again(*this);
  again.send(plain_get);
  ASSERT_TRUE(turn_until([&] { return requests_.size() == 3; }));
  held_again->respond(text("hello"));
  ASSERT_TRUE(again.gets("hello"));
  ASSERT_TRUE(turn_until([&] { return server_->open_connections() == 5; }));
  on_request_ = [](const ExchangePtr& exchange) {
    exchange->respond_error({ErrorCode::draining, "Come back later", Seconds{1}});
  };

  again.send(plain_get);  // it lies in the kernel, and nobody has heard of it yet
  server_->drain();
  EXPECT_TRUE(idle.sees_end());
  EXPECT_TRUE(again.gets("HTTP/1.1 503 "));
  held->respond(text("still"));
  EXPECT_TRUE(busy.gets("Connection: close\r\n"));
  EXPECT_TRUE(busy.gets("still"));
  halfway.send("TP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(halfway.gets("HTTP/1.1 503 "));
  EXPECT_TRUE(halfway.sees_end());
  silent.send(plain_get);
  EXPECT_TRUE(silent.gets("HTTP/1.1 503 "));
  EXPECT_TRUE(silent.sees_end());
  Client late(*this);
  late.send(plain_get);
  EXPECT_TRUE(late.gets("HTTP/1.1 503 "));
  EXPECT_TRUE(late.gets("Connection: close\r\n"));
  EXPECT_TRUE(late.sees_end());
  EXPECT_TRUE(late.ended);
}

TEST_F(ServerLimitsTest, DrainingLeavesStreamsToTheirOwners) {
  on_request_ = [&](const ExchangePtr& exchange) { stream_ = exchange->respond_stream(Response{}, listener_); };
  Client client(*this);
  client.send(plain_get);
  ASSERT_TRUE(turn_until([&] { return stream_ != nullptr; }));
  server_->drain();
  turn();
  EXPECT_EQ(write_text(*stream_, "1\r\na\r\n"), 6U);
  stream_->end();
  EXPECT_TRUE(client.gets("1\r\na\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(client.ended);
}

TEST_F(ServerLimitsTest, ExchangesOutliveTheirServer) {
  ExchangePtr held;
  on_request_ = [&](ExchangePtr exchange) { held = std::move(exchange); };
  Client client(*this);
  client.send(plain_get);
  ASSERT_TRUE(turn_until([&] { return held != nullptr; }));
  server_.reset();
  EXPECT_TRUE(held->closed());
  held->respond(text("for nobody"));
  turn();
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(count_.open, 0U);
}

TEST_F(ServerLimitsTest, LogsRequestsAtDebugWithoutTheirQueries) {
  observe::configure_log(observe::Level::debug, observe::Format::text);
  on_request_ = [](const ExchangePtr& exchange) {
    exchange->respond_error({ErrorCode::session_invalid, "No such session"});
  };
  Client client(*this);
  client.send("GET /stream?session_id=secret HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(client.gets("HTTP/1.1 401"));
  turn();
  EXPECT_THAT(log_, ElementsAre(HasSubstr(" request method=GET path=/stream status=401 code=session_invalid")));
}

TEST_F(ServerLimitsTest, CountsRequestsByClass) {
  Client client(*this);
  client.send(plain_get);
  ASSERT_TRUE(client.gets("hello"));
  const auto scrape = metrics_.scrape();
  EXPECT_THAT(scrape, HasSubstr("tidings_http_requests_total{status=\"2xx\"} 1"));
  EXPECT_THAT(scrape, HasSubstr("tidings_http_connections_open 1"));
  EXPECT_THAT(scrape, HasSubstr("tidings_http_connections_accepted_total 1"));
}

}  // namespace
}  // namespace tidings::http
