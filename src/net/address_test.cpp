#include "net/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace tidings::net {
namespace {

using namespace std::string_literals;

TEST(IpAddress, ReadsAndWritesBothVersions) {
  for (const auto* text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(IpAddress, TakesMappedAddressesForIpv4) {
  EXPECT_EQ(*IpAddress::parse("::ffff:10.1.2.3"), *IpAddress::parse("10.1.2.3"));
  EXPECT_EQ(IpAddress::parse("::ffff:10.1.2.3")->text(), "10.1.2.3");
}

TEST(IpAddress, RefusesWhateverElse) {
  for (const auto& text : {""s, "localhost"s, "127.0.0.1:80"s, "[::1]"s, "127.0.1"s, "127.0.0.256"s, "127.0.0.01"s,
                           " 127.0.0.1"s, "::1%lo"s, "::1\0"s, std::string(100, '1')}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::parameter_invalid);
  }
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.0.0.1")->loopback());
  EXPECT_TRUE(IpAddress::parse("127.255.0.9")->loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->loopback());
  EXPECT_TRUE(IpAddress::parse("::ffff:127.0.0.1")->loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->loopback());
  EXPECT_FALSE(IpAddress::parse("1::1")->loopback());
}

TEST(IpAddress, IsNoneForTheNearPeerOfAUnixSocket) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(IpAddress::of(storage), IpAddress());
  EXPECT_EQ(IpAddress().text(), "unix");
  EXPECT_TRUE(IpAddress().loopback());
}

TEST(IpAddress, TellsAddressesApart) {
  EXPECT_NE(*IpAddress::parse("0.0.0.0"), *IpAddress::parse("::"));
  EXPECT_NE(*IpAddress::parse("10.0.0.1"), *IpAddress::parse("10.0.0.2"));
  EXPECT_LT(*IpAddress::parse("10.0.0.1"), *IpAddress::parse("10.0.0.2"));
  EXPECT_NE(IpAddress(), *IpAddress::parse("0.0.0.0"));
}

bool within(std::string_view network, std::string_view address) {
  return IpNetwork::parse(network)->contains(*IpAddress::parse(address));
}

TEST(IpNetwork, ContainsWhatSharesItsPrefix) {
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(within("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(within("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(within("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(within("2001:db8::/33", "2001:db8:8000::"));
  EXPECT_TRUE(within("::1/128", "::1"));
  EXPECT_FALSE(within("::1/128", "::2"));
}

TEST(IpNetwork, IsOneAddressWithoutAPrefixLength) {
  EXPECT_TRUE(within("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(within("10.1.2.3", "10.1.2.2"));
  EXPECT_TRUE(within("::1", "::1"));
}

TEST(IpNetwork, KeepsTheVersionsApart) {
  EXPECT_TRUE(within("0.0.0.0/0", "10.1.2.3"));
  EXPECT_TRUE(within("0.0.0.0/0", "::ffff:10.1.2.3"));
  EXPECT_FALSE(within("0.0.0.0/0", "::"));
  EXPECT_TRUE(within("::/0", "2001:db8::1"));
  EXPECT_FALSE(within("::/0", "10.1.2.3"));
  EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(IpAddress()));
  EXPECT_FALSE(IpNetwork::parse("::/0")->contains(IpAddress()));
}

TEST(IpNetwork, RefusesWhateverElse) {
  for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
                           "10.0.0.0/8/8", "localhost/8", "10.0.0.0/99999999999"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(IpNetwork, RefusesBitsBeyondThePrefix) {
  const auto network = IpNetwork::parse("10.1.2.3/8");
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().detail, "bits are set beyond the prefix: \"10.1.2.3/8\"");
}

TEST(ListenAddress, ReadsIpv4) {
  const auto address = ListenAddress::parse("127.0.0.1:8080");
  ASSERT_TRUE(address);
  const auto& in = reinterpret_cast<const sockaddr_in&>(address->storage);
  EXPECT_EQ(in.sin_family, AF_INET);
  EXPECT_EQ(ntohs(in.sin_port), 8080);
  EXPECT_EQ(ntohl(in.sin_addr.s_addr), INADDR_LOOPBACK);
  EXPECT_EQ(address->length, sizeof(sockaddr_in));
  EXPECT_EQ(address->text, "127.0.0.1:8080");
  EXPECT_TRUE(address->loopback());
  EXPECT_FALSE(ListenAddress::parse("0.0.0.0:0")->loopback());
}

TEST(ListenAddress, ReadsIpv6) {
  const auto address = ListenAddress::parse("[::1]:65535");
  ASSERT_TRUE(address);
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address->storage);
  EXPECT_EQ(in6.sin6_family, AF_INET6);
  EXPECT_EQ(ntohs(in6.sin6_port), 65535);
  EXPECT_EQ(address->length, sizeof(sockaddr_in6));
  EXPECT_TRUE(address->loopback());
  EXPECT_FALSE(ListenAddress::parse("[::]:0")->loopback());
}

TEST(ListenAddress, ReadsUnixPaths) {
  const auto address = ListenAddress::parse("unix:/run/tidings.sock");
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->is_unix());
  EXPECT_TRUE(address->loopback());
  EXPECT_STREQ(reinterpret_cast<const sockaddr_un&>(address->storage).sun_path, "/run/tidings.sock");
  EXPECT_FALSE(ListenAddress::parse("127.0.0.1:0")->is_unix());
}

TEST(ListenAddress, TakesUnixPathsOfEveryLengthThatTheKernelTakes) {
  EXPECT_TRUE(ListenAddress::parse("unix:" + std::string(107, 'x')));
  EXPECT_FALSE(ListenAddress::parse("unix:" + std::string(108, 'x')));
  EXPECT_FALSE(ListenAddress::parse("unix:"));
  EXPECT_FALSE(ListenAddress::parse("unix:a\0b"s));
}

TEST(ListenAddress, RefusesWhateverElse) {
  for (const auto& text : {""s,
                           "8080"s,
                           ":8080"s,
                           "127.0.0.1"s,
                           "127.0.0.1:"s,
                           "127.0.0.1:65536"s,
                           "127.0.0.1:-1"s,
                           "127.0.0.1:+1"s,
                           "127.0.0.1: 1"s,
                           "127.0.0.1:http"s,
                           "localhost:8080"s,
                           "::1:8080"s,
                           "[127.0.0.1]:8080"s,
                           "[::1]"s,
                           "[::1:8080"s,
                           "::1]:8080"s,
                           "[]:8080"s,
                           "[::1]x:8080"s,
                           "http://127.0.0.1:8080"s,
                           "127.0.0.1\0:8080"s,
                           "[::1\0]:8080"s}) {
    const auto address = ListenAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::parameter_invalid);
  }
}

}  // namespace
}  // namespace tidings::net
