#include "http/acceptor.hpp"

#include <sys/resource.h>

#include "http/server_fixture.hpp"
#include "net/socket.hpp"

namespace tidings::http {
namespace {

class AcceptorTest : public ServerTest {
 public:
  // An option of the server's end of `client`: the socket of this process whose peer `client` is.
  static int option_of_peer(const Client& client, int name) {
    const sockaddr_in sought = client.address();
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int socket = 0; socket < static_cast<int>(limit.rlim_cur); ++socket) {
      sockaddr_in peer{};
      socklen_t length = sizeof peer;
      if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) != 0) continue;
      if (peer.sin_family != AF_INET || peer.sin_port != sought.sin_port) continue;
      int value = -1;
      length = sizeof value;
      EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, name, &value, &length), 0);
      return value;
    }
    return -1;
  }
  static void expect_options(const Client& client, Milliseconds user_timeout) {
    EXPECT_GT(option_of_peer(client, TCP_NODELAY), 0);
    EXPECT_EQ(option_of_peer(client, TCP_NOTSENT_LOWAT), net::unsent_limit);
    EXPECT_EQ(option_of_peer(client, TCP_USER_TIMEOUT), user_timeout.count());
  }
  void expect_accepted(std::size_t connections) {
    EXPECT_TRUE(turn_until([&] { return server_->open_connections() == connections; }));
  }
};

TEST_F(AcceptorTest, GivesConnectionsTheirOptions) {
  const Client first(*this);
  expect_accepted(1);
  expect_options(first, limits_.write_timeout);
  turn();
  const Client second(*this);
  expect_accepted(2);
  expect_options(second, limits_.write_timeout);
}

TEST_F(AcceptorTest, SetsOptionsOnceAndNotOnEveryConnection) {
  turn();
  const Client first(*this);
  expect_accepted(1);
  turn();
  const Milliseconds other{12'345};
  net::set_stream_options(bound_.sockets.front().get(), other);
  const Client second(*this);
  expect_accepted(2);
  expect_options(second, other);
}

TEST_F(AcceptorTest, GivesWhoeverIsAcceptedAfterAChangeOfLimitsTheNewTime) {
  const Client before(*this);
  expect_accepted(1);
  turn();
  // More than a turn takes, so that some are accepted in another one.
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < Acceptor::accepts_per_turn + 2; ++i) waiting.push_back(std::make_unique<Client>(*this));
  const Milliseconds former = limits_.write_timeout;
  limits_.write_timeout = Seconds{7};
  expect_accepted(1 + waiting.size());
  turn();
  const Client after(*this);
  expect_accepted(2 + waiting.size());

  expect_options(before, former);
  for (const auto& client : waiting) expect_options(*client, Seconds{7});
  expect_options(after, Seconds{7});
}

}  // namespace
}  // namespace tidings::http
