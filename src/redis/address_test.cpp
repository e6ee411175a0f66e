#include "redis/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(RedisAddress, OfAServer) {
  const Address address = Address::parse("redis://example.org").value();
  EXPECT_THAT(address.hosts, ElementsAre(HostPort{"example.org", 6379}));
  EXPECT_FALSE(address.sentinel());
  EXPECT_EQ(address.credentials, Credentials{});
  EXPECT_EQ(address.database, 0);
  EXPECT_EQ(Address::parse("redis://example.org/"), address);
  EXPECT_EQ(Address::parse("redis://example.org:6379/0"), address);
}

TEST(RedisAddress, WithPortDatabaseAndCredentials) {
  const Address address = Address::parse("redis://hub:p%40ss%3aword%2F@10.0.0.1:7000/12").value();
  EXPECT_THAT(address.hosts, ElementsAre(HostPort{"10.0.0.1", 7000}));
  EXPECT_EQ(address.credentials, (Credentials{"hub", "p@ss:word/"}));
  EXPECT_EQ(address.database, 12);
  EXPECT_EQ(Address::parse("redis://:pass@[::1]:1")->credentials, (Credentials{"", "pass"}));
  EXPECT_EQ(Address::parse("redis://:pass@[::1]:1")->hosts.front(), (HostPort{"::1", 1}));
  EXPECT_EQ(Address::parse("redis://a:b:c@d@host")->credentials, (Credentials{"a", "b:c@d"}));
}

TEST(RedisAddress, OfSentinels) {
  const Address address =
      Address::parse("redis+sentinel://hub:secret@one:1,two,[::2]:3/primary/4?sentinel_user=s&sentinel_password=%3F")
          .value();
  EXPECT_TRUE(address.sentinel());
  EXPECT_THAT(address.hosts, ElementsAre(HostPort{"one", 1}, HostPort{"two", 26379}, HostPort{"::2", 3}));
  EXPECT_EQ(address.master, "primary");
  EXPECT_EQ(address.database, 4);
  EXPECT_EQ(address.credentials, (Credentials{"hub", "secret"}));
  EXPECT_EQ(address.sentinel_credentials, (Credentials{"s", "?"}));
  EXPECT_EQ(Address::parse("redis+sentinel://one/primary?sentinel_password=x")->sentinel_credentials,
            (Credentials{"", "x"}));
  EXPECT_EQ(Address::parse("redis+sentinel://one/my%2Dprimary/")->master, "my-primary");
}

TEST(RedisAddress, ShowsNoPassword) {
  EXPECT_EQ(Address::parse("redis://h%20ub:hunter2@host:1/2")->redacted(), "redis://h%20ub:***@host:1/2");
  EXPECT_EQ(Address::parse("redis://:hunter2@[::1]")->redacted(), "redis://:***@[::1]:6379/0");
  EXPECT_EQ(Address::parse("redis://host")->redacted(), "redis://host:6379/0");
  EXPECT_EQ(Address::parse("redis+sentinel://a:hunter2@x,y/m?sentinel_user=b/&sentinel_password=hunter2")->redacted(),
            "redis+sentinel://a:***@x:26379,y:26379/m/0?sentinel_user=b%2F&sentinel_password=***");
  EXPECT_EQ(Address::parse("redis+sentinel://x/m?sentinel_password=hunter2")->redacted(),
            "redis+sentinel://x:26379/m/0?sentinel_password=***");
}

struct Refused {
  std::string_view url;
  std::string_view why;
};
class RefusedRedisAddress : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedRedisAddress, SaysWhyWithoutRepeatingIt) {
  const auto address = Address::parse(GetParam().url);
  ASSERT_FALSE(address) << GetParam().url;
  EXPECT_EQ(address.error().code, ErrorCode::parameter_invalid);
  EXPECT_THAT(address.error().detail, HasSubstr(GetParam().why)) << GetParam().url;
  EXPECT_THAT(address.error().detail, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind, RefusedRedisAddress,
    ::testing::Values(
        Refused{"", "must begin with"}, Refused{"http://hunter2@host", "must begin with"},
        Refused{"rediss://:hunter2@host", "comes with TLS"}, Refused{"rediss+sentinel://x/m", "comes with TLS"},
        Refused{"redis://", "a host must be"}, Refused{"redis://hunter2 x", "a host must be"},
        Refused{"redis://:6379", "a host must be"}, Refused{"redis://host:", "a port must be"},
        Refused{"redis://host:0", "a port must be"}, Refused{"redis://host:65536", "a port must be"},
        Refused{"redis://host:-1", "a port must be"}, Refused{"redis://host:hunter2", "a port must be"},
        Refused{"redis://[::1", "closing bracket"}, Refused{"redis://[host]", "no IPv6 address"},
        Refused{"redis://[::1]6379", "only a port may follow"}, Refused{"redis://a,b", "one host only"},
        Refused{"redis://host/x", "database must be a number"}, Refused{"redis://host/-1", "database must be a number"},
        Refused{"redis://host/1/2", "database must be a number"},
        Refused{"redis://host/2147483648", "database must be a number"},
        Refused{"redis://host/0?x=hunter2", "database must be a number"},
        Refused{"redis://hunter2@host", "a user without a password"},
        Refused{"redis://user:@host", "a user without a password"},
        Refused{"redis://u:hunter2%@host", "percent-encoded"}, Refused{"redis://u:hunter2%4@host", "percent-encoded"},
        Refused{"redis://u:hunter2%zz@host", "percent-encoded"},
        Refused{"redis://u:hunter2%4g@host", "percent-encoded"}, Refused{"redis://%00:hunter2@host", "percent-encoded"},
        Refused{"redis+sentinel://one", "the master's name"}, Refused{"redis+sentinel://one/", "the master's name"},
        Refused{"redis+sentinel://one/a%20b", "the master's name"},
        Refused{"redis+sentinel://one/%", "the master's name"},
        Refused{"redis+sentinel://one,/m", "no host after a comma"},
        Refused{"redis+sentinel://one,,two/m", "a host must be"},
        Refused{"redis+sentinel://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a/m", "at most 16 Sentinels"},
        Refused{"redis+sentinel://one/m/x", "database must be a number"},
        Refused{"redis+sentinel://one/m?user=hunter2", "there may be sentinel_user"},
        Refused{"redis+sentinel://one/m?sentinel_user=a", "sentinel_user without"},
        Refused{"redis+sentinel://one/m?sentinel_password=", "value is missing"},
        Refused{"redis+sentinel://one/m?sentinel_password=hunter2%", "value is missing"},
        Refused{"redis+sentinel://one/m?sentinel_password=hunter2&sentinel_password=b", "stands twice"}));

TEST(RedisAddress, LongerThanTheLimitIsRefused) {
  EXPECT_THAT(Address::parse("redis://" + std::string(Address::longest, 'x')).error().detail, HasSubstr("4096 bytes"));
  EXPECT_THAT(Address::parse("redis://" + std::string(254, 'x')).error().detail, HasSubstr("a host must be"));
}

}  // namespace
}  // namespace tidings::redis
