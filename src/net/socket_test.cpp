#include "net/socket.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "net/listener.hpp"

namespace tidings::net {
namespace {

class SocketTest : public testing::Test {
 protected:
  Descriptor connect() const {
    const auto address = *ListenAddress::parse(listener_->bound);
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length), 0);
    return socket;
  }
  Accepted accept() const { return accept_one(listener_->sockets[0].get()); }

  Result<Listener> listener_ = listen(*ListenAddress::parse("127.0.0.1:0"), 1);
};

TEST_F(SocketTest, AcceptsWithThePeersAddress) {
  const Descriptor client = connect();
  const Accepted accepted = accept();
  EXPECT_EQ(accepted.outcome, Accept::accepted);
  EXPECT_EQ(accepted.peer, *IpAddress::parse("127.0.0.1"));
  std::array<char, 1> buffer{};
  EXPECT_EQ(::recv(accepted.socket.get(), buffer.data(), 1, 0), -1);  // does not block
  EXPECT_EQ(errno, EAGAIN);
}

TEST_F(SocketTest, AcceptsNothingWhereNobodyWaits) {
  const Accepted accepted = accept();
  EXPECT_EQ(accepted.outcome, Accept::none);
  EXPECT_FALSE(accepted.socket);
  EXPECT_EQ(accepted.error, EAGAIN);
}

TEST_F(SocketTest, TellsThatDescriptorsRanOutAndAcceptsOnceThereAreSome) {
  const Descriptor client = connect();
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none{0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Accepted refused = accept();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(refused.outcome, Accept::exhausted);
  EXPECT_EQ(refused.error, EMFILE);
  EXPECT_EQ(accept().outcome, Accept::accepted);
}

TEST_F(SocketTest, TellsThatAListeningSocketIsOfNoUse) {
  const Descriptor silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(accept_one(silent.get()).outcome, Accept::failed);
  EXPECT_EQ(accept_one(-1).outcome, Accept::failed);
}

int option(int socket, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, name, &value, &length), 0);
  return value;
}

TEST_F(SocketTest, SetsTheOptionsOfAStream) {
  const Descriptor client = connect();
  set_stream_options(client.get(), Seconds{60});
  EXPECT_NE(option(client.get(), TCP_NODELAY), 0);
  EXPECT_EQ(option(client.get(), TCP_NOTSENT_LOWAT), unsent_limit);
  EXPECT_EQ(option(client.get(), TCP_USER_TIMEOUT), 60'000);
}

TEST_F(SocketTest, GivesTheOptionsOfAListeningSocketToThoseWhoComeAfterwards) {
  const int listening = listener_->sockets[0].get();
  for (const int seconds : {60, 30}) {
    set_stream_options(listening, Seconds{seconds});
    const Descriptor client = connect();
    const Accepted accepted = accept();
    EXPECT_NE(option(accepted.socket.get(), TCP_NODELAY), 0);
    EXPECT_EQ(option(accepted.socket.get(), TCP_NOTSENT_LOWAT), unsent_limit);
    EXPECT_EQ(option(accepted.socket.get(), TCP_USER_TIMEOUT), seconds * 1000);
  }
}

TEST_F(SocketTest, CountsThoseWhoWaitToBeAccepted) {
  const int listening = listener_->sockets[0].get();
  EXPECT_EQ(waiting_connections(listening), 0);
  const Descriptor first = connect();
  const Descriptor second = connect();
  EXPECT_EQ(waiting_connections(listening), 2);
  const Accepted accepted = accept();
  EXPECT_EQ(waiting_connections(listening), 1);
}

TEST_F(SocketTest, LeavesUnixSocketsAlone) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor near(ends[0]);
  const Descriptor far(ends[1]);
  set_stream_options(near.get(), Seconds{60});
  EXPECT_EQ(waiting_connections(near.get()), 0);
  ASSERT_EQ(::send(near.get(), "x", 1, 0), 1);
  EXPECT_EQ(unacknowledged_for(near.get()), Milliseconds{0});
}

TEST_F(SocketTest, SaysThatNothingIsOutstandingWhereThePeerHasItAll) {
  const Descriptor client = connect();
  const Accepted accepted = accept();
  EXPECT_EQ(unacknowledged_for(accepted.socket.get()), Milliseconds{0});
  ASSERT_EQ(::send(accepted.socket.get(), "x", 1, 0), 1);
  char byte = 0;
  ASSERT_EQ(::recv(client.get(), &byte, 1, 0), 1);
  // The other direction carries the acknowledgement at the latest.
  ASSERT_EQ(::send(client.get(), "y", 1, 0), 1);
  pollfd readable{accepted.socket.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&readable, 1, -1), 1);
  EXPECT_EQ(unacknowledged_for(accepted.socket.get()), Milliseconds{0});
}

TEST_F(SocketTest, SaysThatAPeerThatReadsNothingIsBehind) {
  const Descriptor client = connect();
  const Accepted accepted = accept();
  const std::string much(1 << 16, 'x');
  while (::send(accepted.socket.get(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
  // The kernel counts by its own clock, whose next millisecond is soon.
  Milliseconds silence{0};
  while (silence == Milliseconds{0}) silence = unacknowledged_for(accepted.socket.get());
  EXPECT_GT(silence, Milliseconds{0});
}

TEST(Silence, IsNoLongerThanSinceTheLastAcknowledgement) {
  tcp_info info{};
  info.tcpi_last_ack_recv = 40;
  info.tcpi_last_data_sent = 15'000;
  EXPECT_EQ(silence_of(info), Milliseconds{40});
}

TEST(Silence, DoesNotCountTheQuietBeforeTheFirstSending) {
  tcp_info info{};
  info.tcpi_last_ack_recv = 15'000;
  info.tcpi_last_data_sent = 3;
  info.tcpi_rto = 200'000;
  EXPECT_EQ(silence_of(info), Milliseconds{3});
}

TEST(Silence, CountsTheTimeOutsThatCameBeforeTheLastSending) {
  tcp_info info{};
  info.tcpi_last_ack_recv = 15'000;
  info.tcpi_last_data_sent = 3;
  info.tcpi_rto = 1'600'000;  // after 200, 400 and 800 ms
  info.tcpi_retransmits = 3;
  EXPECT_EQ(silence_of(info), Milliseconds{1403});
  info.tcpi_last_ack_recv = 1300;
  EXPECT_EQ(silence_of(info), Milliseconds{1300});
}

}  // namespace
}  // namespace tidings::net
