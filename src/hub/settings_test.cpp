#include "hub/settings.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tidings::hub {
namespace {

constexpr std::string_view long_enough = "0123456789abcdef0123456789abcdef";

const Setting& setting(std::string_view name) { return *find_setting(name); }

TEST(Settings, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  std::set<std::string> in_environment;
  for (const Setting& one : all_settings()) {
    EXPECT_TRUE(names.emplace(one.name).second) << one.name;
    EXPECT_TRUE(in_environment.insert(environment_name(one.name)).second) << one.name;
  }
}

TEST(Settings, HaveDefaultsThatAreAllowed) {
  for (const Setting& one : all_settings()) {
    if (one.default_value.empty() || one.unavailable) continue;
    EXPECT_EQ(fault_of(one, one.default_value), std::nullopt) << one.name;
  }
}

TEST(Settings, SayInOneLineWhatTheyAreAndWhatIsAllowed) {
  for (const Setting& one : all_settings()) {
    EXPECT_FALSE(one.about.empty()) << one.name;
    EXPECT_FALSE(allowed_values(one).empty()) << one.name;
  }
}

TEST(Settings, AreFoundByTheirWholeNameOnly) {
  EXPECT_NE(find_setting("log.durability"), nullptr);
  EXPECT_EQ(find_setting("log"), nullptr);
  EXPECT_EQ(find_setting("log.durabilit"), nullptr);
  EXPECT_EQ(find_setting(""), nullptr);
}

TEST(Settings, HaveEnvironmentNamesInUpperCase) {
  EXPECT_EQ(environment_name("log.durability"), "TIDINGS_LOG_DURABILITY");
  EXPECT_EQ(environment_name("data_dir"), "TIDINGS_DATA_DIR");
}

TEST(Settings, SayWhatIsAllowedInThePeoplesUnits) {
  EXPECT_EQ(allowed_values(setting("stream.heartbeat")), "a duration from 50ms to 1h, such as 500ms, 15s or 24h");
  EXPECT_EQ(allowed_values(setting("log.retention_age")), "a duration from 1ms to 3650d, such as 500ms, 15s or 24h");
  EXPECT_EQ(allowed_values(setting("limits.header_bytes")), "a size from 256 to 1MiB, such as 1000, 256KiB or 1GiB");
  EXPECT_EQ(allowed_values(setting("limits.streams_per_user")), "a whole number from 1 to 100000000");
  EXPECT_EQ(allowed_values(setting("log.level")), "debug, info, warning or error");
}

struct Case {
  std::string_view name;
  std::string value;
  bool allowed = false;
};

class Values : public ::testing::TestWithParam<Case> {};

TEST_P(Values, AreAllowedOrNot) {
  const auto fault = fault_of(setting(GetParam().name), GetParam().value);
  EXPECT_EQ(!fault.has_value(), GetParam().allowed)
      << GetParam().name << " = " << GetParam().value << ": " << fault.value_or("allowed");
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, Values,
    ::testing::Values(
        Case{"auth.issuer", "https://issuer.example", true}, Case{"auth.issuer", ""}, Case{"auth.issuer", "a\nb"},
        Case{"auth.issuer", "\xff"}, Case{"auth.issuer", "del\x7f"}, Case{"data_dir", "/var/lib/tidings", true},
        Case{"data_dir", ""}, Case{"data_dir", std::string("a\0b", 3)}, Case{"dev", "true", true},
        Case{"dev", "false", true}, Case{"dev", "yes"}, Case{"dev", ""}, Case{"stream.heartbeat", "15s", true},
        Case{"stream.heartbeat", "15"}, Case{"stream.heartbeat", "49ms"}, Case{"stream.heartbeat", "2h"},
        Case{"drain", "0s", true}, Case{"drain", "-1s"}, Case{"limits.header_bytes", "16KiB", true},
        Case{"limits.header_bytes", "16384", true}, Case{"limits.header_bytes", "16KB"},
        Case{"limits.header_bytes", "255"}, Case{"limits.header_bytes", "1GiB"}, Case{"shards", "1", true},
        Case{"shards", "255", true}, Case{"shards", "0"}, Case{"shards", "256"}, Case{"shards", "two"},
        Case{"shards", "2 "}, Case{"shards", "99999999999999999999999"}, Case{"shards", ""},
        Case{"log.level", "warning", true}, Case{"log.level", "warn"}, Case{"log.level", ""},
        Case{"log.level", "info, text"}, Case{"log.format", "json", true}, Case{"auth.algorithm", "EdDSA", true},
        Case{"auth.algorithm", "none"}, Case{"auth.algorithm", "hs256"}, Case{"listen", "127.0.0.1:0", true},
        Case{"listen", "[::1]:8080", true}, Case{"listen", "unix:/tmp/x", true}, Case{"listen", "8080"},
        Case{"listen", ""}, Case{"proxy.trusted", "10.0.0.0/8", true}, Case{"proxy.trusted", "::1", true},
        Case{"proxy.trusted", "10.0.0.0/33"}, Case{"cors.origins", "https://app.example", true},
        Case{"cors.origins", "*"}, Case{"cors.origins", "https://app.example/"}, Case{"auth.keys", "keys.pem", true},
        Case{"auth.keys", "https://issuer.example/jwks"}, Case{"auth.keys", "http://issuer.example/jwks"},
        Case{"auth.keys", ""}, Case{"store", "memory", true}, Case{"store", "embedded", true},
        Case{"store", "redis://localhost", true}, Case{"store", "redis+sentinel://a:1,b:2/main", true},
        Case{"store", "redis://"}, Case{"store", "rediss://localhost"}, Case{"store", "sqlite"},
        Case{"log.durability", "memory", true}, Case{"log.durability", "process", true},
        Case{"log.durability", "fsync", true}, Case{"log.durability", "primary", true},
        Case{"log.durability", "replica:1", true}, Case{"log.durability", "replica:9", true},
        Case{"log.durability", "replica:0"}, Case{"log.durability", "replica:10"}, Case{"log.durability", "replica:"},
        Case{"log.durability", "sometimes"}, Case{"auth.secret", std::string(long_enough), true},
        Case{"auth.secret", "short"}, Case{"publish.key", std::string(long_enough), true}, Case{"publish.key", ""},
        Case{"tls.certificate", "cert.pem"}, Case{"tls.key", "key.pem"}, Case{"redis.prefix", "tidings", true}));

TEST(Values, ThatLaterVersionsKnowAreRefusedAsSuch) {
  for (const auto& [name, value] : {std::pair{"store", "rediss://localhost"},
                                    {"auth.keys", "https://issuer.example/jwks"},
                                    {"tls.key", "key.pem"}}) {
    EXPECT_NE(fault_of(setting(name), value)->find("not in this version yet"), std::string::npos) << name;
  }
}

TEST(Values, ThatAreSentAsBearerTokensHoldOnlyWhatOneMayHold) {
  const std::string key(long_enough);
  for (const std::string_view end : {"", "==", "-._~+/", "0aZ="}) {
    EXPECT_FALSE(fault_of(setting("publish.key"), key + std::string(end))) << end;
  }
  for (const std::string_view wrong : {" ", "=a", "\"", ",", ":", "\t", "\xc3\xa9", "%20"}) {
    const auto fault = fault_of(setting("publish.key"), key + std::string(wrong));
    ASSERT_TRUE(fault) << wrong;
    EXPECT_NE(fault->find("letters, digits"), std::string::npos) << wrong;
    EXPECT_FALSE(fault_of(setting("auth.secret"), key + std::string(wrong))) << wrong;
  }
  EXPECT_TRUE(fault_of(setting("publish.key"), std::string(40, '=')));
}

TEST(Values, ThatAreSecretsAreNeverShown) {
  EXPECT_EQ(shown(setting("auth.secret"), "hunter2"), "***");
  EXPECT_EQ(fault_of(setting("auth.secret"), "hunter2")->find("hunter2"), std::string::npos);
  EXPECT_EQ(shown(setting("store"), "redis://:hunter2@localhost"), "redis://***");
  EXPECT_EQ(shown(setting("store"), "redis:/:hunter2@localhost"), "***");
  EXPECT_EQ(shown(setting("auth.keys"), "https://user:hunter2@issuer.example"), "https://***");
}

TEST(Values, ThatAreNoSecretsAreShownAsTheyAre) {
  EXPECT_EQ(shown(setting("cors.origins"), "https://app.example"), "https://app.example");
  EXPECT_EQ(shown(setting("auth.issuer"), "https://issuer.example"), "https://issuer.example");
  EXPECT_EQ(shown(setting("auth.keys"), "keys.pem"), "keys.pem");
}

}  // namespace
}  // namespace tidings::hub
