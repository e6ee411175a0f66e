#include "redis/link.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace tidings::redis {
namespace {

int option(const Descriptor& socket, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(socket.get(), level, name, &value, &length), 0);
  return value;
}

// What the kernel makes of these can be seen only where a link is cut: tests/cluster does.
TEST(RedisLink, LetsTheKernelWatchASilentPeer) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  watch_peer(socket.get(), Milliseconds{3000});
  EXPECT_EQ(option(socket, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_KEEPIDLE), 1);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_KEEPINTVL), 1);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 3000);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_NODELAY), 1);
}

}  // namespace
}  // namespace tidings::redis
