#include "http/forwarded.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tidings::http {
namespace {

// Who a peer's client is, where 10.0.0.0/8 and fd00::/8 are trusted.
std::string client(const char* peer, std::vector<Field> given) {
  const std::vector trusted{*net::IpNetwork::parse("10.0.0.0/8"), *net::IpNetwork::parse("fd00::/8")};
  Fields fields;
  for (Field& field : given) fields.add(field.name, field.value);
  return client_address(*net::IpAddress::parse(peer), trusted, fields).text();
}

TEST(Forwarded, IsNotBelievedFromStrangers) {
  EXPECT_EQ(client("192.0.2.1", {{"Forwarded", "for=198.51.100.1"}}), "192.0.2.1");
  EXPECT_EQ(client("192.0.2.1", {{"X-Forwarded-For", "198.51.100.1"}}), "192.0.2.1");
}

TEST(Forwarded, NamesTheClientOfATrustedProxy) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {{"forwarded", "for=198.51.100.1;proto=http;by=10.0.0.1"}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "proto=http ; For=\"[2001:db8::1]:80\";by=_x"}}), "2001:db8::1");
  EXPECT_EQ(client("fd00::1", {{"Forwarded", "for=\"198.51.100.1:\\80\""}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
}

TEST(Forwarded, TheRightmostUntrustedAddressIsTheClient) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "garbage, 1.1.1.1, 198.51.100.1 ,10.1.1.1"}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "198.51.100.1"}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=1.1.1.1, for=198.51.100.1,for=10.9.9.9"}}), "198.51.100.1");
}

TEST(Forwarded, TheLeftmostIsTheClientWhereAllAreTrusted) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "10.3.3.3, 10.2.2.2"}}), "10.3.3.3");
}

TEST(Forwarded, TakesAddressesWithPorts) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1:8080"}}), "198.51.100.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]:8080"}}), "2001:db8::1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]"}}), "2001:db8::1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "2001:db8::1"}}), "2001:db8::1");
}

TEST(Forwarded, MalformedOrHiddenAddressesLeaveThePeer) {
  for (const char* value : {"", ",", "1.1.1.1,", "unknown", "1.1.1.1:x", "1.1.1.1:", "1.1.1.1:123456", "[::1", "[::1]x",
                            "[::1]:x", "[1.1.1.1]", "1.1.1", "::g"}) {
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", value}}), "10.0.0.1") << value;
  }
  for (const char* value :
       {"", "for", "for=", "=1.1.1.1", "for=1.1.1.1 x", "for=\"1.1.1.1", "for=\"1.1.1.1\\", "for=1.1.1.1;for=2.2.2.2",
        "for=unknown", "for=_hidden", "proto=http", "for=1.1.1.1:80", "(=1", "for=1.1.1.1,", "for=1.1.1.1;,;"}) {
    EXPECT_EQ(client("10.0.0.1", {{"Forwarded", value}}), "10.0.0.1") << value;
  }
}

TEST(Forwarded, TwoStoriesAreNone) {
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "1.1.1.1"}}), "10.0.0.1");
}

}  // namespace
}  // namespace tidings::http
