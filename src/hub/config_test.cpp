#include "hub/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hub/testing/secrets.hpp"

namespace tidings::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::secret;

constexpr Config::Machine machine{.cores = 4, .descriptors = 20'000};

using Flags = std::vector<std::pair<std::string, std::string>>;

Configured<Config> read(Flags flags, Config::Machine on = machine) {
  Sources sources;
  sources.flags = std::move(flags);
  return Config::read(sources, on);
}

Config with_secret(Flags flags = {}, Config::Machine on = machine) {
  flags.emplace_back("auth.secret", secret);
  return read(std::move(flags), on).value();
}

std::string error(Flags flags) {
  const auto config = read(std::move(flags));
  return config ? "no error" : config.error().line;
}

TEST(Configuration, KnowsWhereASharedStoreIsAndWhoMustConfirm) {
  const Config own = with_secret({{"log.durability", "process"}});
  EXPECT_FALSE(own.replicas);
  const Config primary = with_secret({{"store", "redis://:word@host:7000/3"}, {"log.durability", "primary"}});
  EXPECT_EQ(primary.store, StoreKind::redis);
  EXPECT_EQ(primary.redis_address.hosts.at(0).port, 7000);
  EXPECT_EQ(primary.redis_prefix, "tidings");
  EXPECT_EQ(primary.replicas, 0U);
  const Config replicated = with_secret({{"store", "redis+sentinel://a,b/main"}, {"log.durability", "replica:2"}});
  EXPECT_EQ(replicated.redis_address.master, "main");
  EXPECT_EQ(replicated.replicas, 2U);
  EXPECT_EQ(with_secret({{"store", "redis://host"}}).replicas.value_or(0), 0U);
}

TEST(Configuration, OfASharedStoreMustFitTogether) {
  EXPECT_THAT(error({{"log.durability", "replica:1"}, {"auth.secret", secret}}),
              HasSubstr("log.durability: primary and replica:n are durabilities of Redis"));
  EXPECT_THAT(error({{"store", "redis://host"}, {"dev", "true"}}), HasSubstr("set sse_token.secret or auth.secret"));
  EXPECT_EQ(error({{"store", "redis://host"}, {"dev", "true"}, {"sse_token.secret", secret}}), "no error");
}

TEST(Configuration, HasTheDefaultsOfTheSpecification) {
  const Config config = with_secret();
  ASSERT_EQ(config.listen.size(), 1);
  EXPECT_EQ(config.listen[0].text, "127.0.0.1:8080");
  EXPECT_FALSE(config.admin_listen);
  EXPECT_TRUE(config.proxy_trusted.empty());
  EXPECT_EQ(config.store, StoreKind::embedded);
  EXPECT_EQ(config.data_dir, "tidings-data");
  EXPECT_EQ(config.durability, store::Durability::fsync);
  EXPECT_EQ(config.retention.age, std::chrono::hours{24});
  EXPECT_EQ(config.retention.events, 1'000'000);
  EXPECT_EQ(config.retention.bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(config.auth_claim, "tidings");
  EXPECT_EQ(config.auth_clock_skew, Seconds{60});
  EXPECT_FALSE(config.auth_allow_query_token);
  EXPECT_EQ(config.session_ttl, Seconds{30});
  EXPECT_EQ(config.session_per_user, 64);
  EXPECT_EQ(config.sse_token_ttl, Seconds{60});
  EXPECT_EQ(config.stream_heartbeat, Seconds{15});
  EXPECT_EQ(config.stream_retry, Seconds{1});
  EXPECT_EQ(config.stream_write_timeout, Seconds{60});
  EXPECT_EQ(config.drain, Seconds{20});
  EXPECT_EQ(config.limits_streams_per_user, 100);
  EXPECT_EQ(config.limits_streams_per_address, 0);
  EXPECT_EQ(config.limits_sessions, 100'000);
  EXPECT_EQ(config.limits_header_bytes, 16 * 1024);
  EXPECT_EQ(config.limits_header_fields, 64);
  EXPECT_EQ(config.limits_request_time, Seconds{10});
  EXPECT_EQ(config.limits_idle_time, Seconds{75});
  EXPECT_EQ(config.limits_body_bytes, 1024 * 1024);
  EXPECT_EQ(config.limits_event_bytes, 256 * 1024);
  EXPECT_EQ(config.log_level, observe::Level::info);
  EXPECT_EQ(config.log_format, observe::Format::text);
  EXPECT_FALSE(config.dev);
}

TEST(Configuration, FollowsTheMachineWhereNothingElseIsSaid) {
  const Config config = with_secret();
  EXPECT_EQ(config.shards, 4);
  EXPECT_EQ(config.limits_connections, 20'000 - descriptors_kept_back);
  EXPECT_EQ(config.limits_streams, 20'000 - descriptors_kept_back);
}

TEST(Configuration, CountsATableOfDescriptorsForEachShardThatHasOne) {
  constexpr Config::Machine tables{.cores = 12, .descriptors = 20'000, .table_a_shard = true};
  const std::size_t one = 20'000 - descriptors_kept_back;
  EXPECT_EQ(with_secret({{"shards", "1"}}, tables).limits_streams, one);
  const Config config = with_secret({}, tables);
  EXPECT_EQ(config.limits_streams, config.limits_connections);
  // As the kernel's hash has it, the fullest of twelve shards is within four roots of the mean but once in 2,600.
  const auto mean = static_cast<double>(config.limits_connections) / 12;
  EXPECT_LT(mean + 4 * std::sqrt(mean), one);
  EXPECT_GT(mean, 0.95 * static_cast<double>(one));
  EXPECT_EQ(with_secret({{"shards", "3"}}, {.cores = 1, .descriptors = 32, .table_a_shard = true}).limits_streams, 24);
  // What runs already has the tables that it began with.
  EXPECT_EQ(with_secret({{"shards", "3"}}, {.cores = 1, .descriptors = 32, .table_a_shard = true, .shards = 1})
                .limits_streams,
            16);
}

TEST(Configuration, LeavesRoomOnASmallMachineToo) {
  const Config config = with_secret({}, {.cores = 0, .descriptors = 256});
  EXPECT_EQ(config.shards, 1);
  EXPECT_EQ(config.limits_connections, 128);
  EXPECT_EQ(with_secret({}, {.cores = 1'000, .descriptors = 256}).shards, 255);
}

TEST(Configuration, TakesEverySettingAsItIsGiven) {
  const Config config = with_secret({{"listen", "[::1]:0"},
                                     {"admin.listen", "127.0.0.1:0"},
                                     {"proxy.trusted", "10.0.0.0/8"},
                                     {"store", "memory"},
                                     {"data_dir", "elsewhere"},
                                     {"log.durability", "process"},
                                     {"log.retention_age", "1h"},
                                     {"log.retention_events", "10"},
                                     {"log.retention_bytes", "1MiB"},
                                     {"auth.algorithm", "HS512"},
                                     {"auth.keys", "a.pem"},
                                     {"auth.keys", "b.json"},
                                     {"auth.issuer", "them"},
                                     {"auth.audience", "us"},
                                     {"auth.claim", "rights"},
                                     {"auth.clock_skew", "5s"},
                                     {"auth.allow_query_token", "true"},
                                     {"publish.key", secret},
                                     {"session.ttl", "10s"},
                                     {"session.per_user", "3"},
                                     {"sse_token.ttl", "20s"},
                                     {"sse_token.secret", secret},
                                     {"stream.heartbeat", "1s"},
                                     {"stream.retry", "2s"},
                                     {"stream.write_timeout", "3s"},
                                     {"cors.origins", "https://app.example"},
                                     {"shards", "7"},
                                     {"drain", "4s"},
                                     {"limits.streams", "11"},
                                     {"limits.streams_per_user", "12"},
                                     {"limits.streams_per_address", "13"},
                                     {"limits.connections", "14"},
                                     {"limits.sessions", "15"},
                                     {"limits.header_bytes", "1KiB"},
                                     {"limits.header_fields", "16"},
                                     {"limits.request_time", "5s"},
                                     {"limits.idle_time", "6s"},
                                     {"limits.body_bytes", "2KiB"},
                                     {"limits.event_bytes", "3KiB"},
                                     {"log.level", "debug"},
                                     {"log.format", "json"},
                                     {"dev", "true"}});
  EXPECT_EQ(config.listen[0].text, "[::1]:0");
  EXPECT_EQ(config.admin_listen->text, "127.0.0.1:0");
  EXPECT_EQ(config.proxy_trusted.size(), 1);
  EXPECT_EQ(config.store, StoreKind::memory);
  EXPECT_EQ(config.data_dir, "elsewhere");
  EXPECT_EQ(config.durability, store::Durability::process);
  EXPECT_EQ(config.retention.age, std::chrono::hours{1});
  EXPECT_EQ(config.retention.events, 10);
  EXPECT_EQ(config.retention.bytes, 1 << 20);
  EXPECT_EQ(config.auth_secret, secret);
  EXPECT_EQ(config.auth_algorithm, auth::Algorithm::HS512);
  EXPECT_THAT(config.auth_keys, ElementsAre("a.pem", "b.json"));
  EXPECT_EQ(config.auth_issuer, "them");
  EXPECT_EQ(config.auth_audience, "us");
  EXPECT_EQ(config.auth_claim, "rights");
  EXPECT_EQ(config.auth_clock_skew, Seconds{5});
  EXPECT_TRUE(config.auth_allow_query_token);
  EXPECT_THAT(config.publish_keys, ElementsAre(secret));
  EXPECT_EQ(config.session_ttl, Seconds{10});
  EXPECT_EQ(config.session_per_user, 3);
  EXPECT_EQ(config.sse_token_ttl, Seconds{20});
  EXPECT_EQ(config.sse_token_secret, secret);
  EXPECT_EQ(config.stream_heartbeat, Seconds{1});
  EXPECT_EQ(config.stream_retry, Seconds{2});
  EXPECT_EQ(config.stream_write_timeout, Seconds{3});
  EXPECT_THAT(config.cors_origins, ElementsAre("https://app.example"));
  EXPECT_EQ(config.shards, 7);
  EXPECT_EQ(config.drain, Seconds{4});
  EXPECT_EQ(config.limits_streams, 11);
  EXPECT_EQ(config.limits_streams_per_user, 12);
  EXPECT_EQ(config.limits_streams_per_address, 13);
  EXPECT_EQ(config.limits_connections, 14);
  EXPECT_EQ(config.limits_sessions, 15);
  EXPECT_EQ(config.limits_header_bytes, 1024);
  EXPECT_EQ(config.limits_header_fields, 16);
  EXPECT_EQ(config.limits_request_time, Seconds{5});
  EXPECT_EQ(config.limits_idle_time, Seconds{6});
  EXPECT_EQ(config.limits_body_bytes, 2048);
  EXPECT_EQ(config.limits_event_bytes, 3072);
  EXPECT_EQ(config.log_level, observe::Level::debug);
  EXPECT_EQ(config.log_format, observe::Format::json);
  EXPECT_TRUE(config.dev);
}

TEST(Configuration, KnowsEveryDurabilityAndLevel) {
  EXPECT_EQ(with_secret({{"log.durability", "memory"}}).durability, store::Durability::memory);
  EXPECT_EQ(with_secret({{"log.durability", "fsync"}}).durability, store::Durability::fsync);
  EXPECT_EQ(with_secret({{"log.level", "warning"}}).log_level, observe::Level::warning);
  EXPECT_EQ(with_secret({{"log.level", "error"}}).log_level, observe::Level::error);
}

TEST(Configuration, NeedsAKeyOrDevelopment) {
  EXPECT_THAT(error({}), HasSubstr("auth.secret, auth.keys"));
  EXPECT_EQ(error({{"dev", "true"}}), "no error");
  EXPECT_EQ(error({{"auth.keys", "keys.pem"}}), "no error");
}

TEST(Configuration, RefusesAnAlgorithmThatTheSecretCantSignWith) {
  EXPECT_THAT(error({{"auth.secret", secret}, {"auth.algorithm", "RS256"}}), HasSubstr("auth.algorithm = \"RS256\""));
  EXPECT_EQ(error({{"auth.secret", secret}, {"auth.algorithm", "HS384"}}), "no error");
  EXPECT_EQ(error({{"auth.secret", secret}, {"auth.algorithm", "HS256"}}), "no error");
  EXPECT_EQ(error({{"auth.keys", "keys.pem"}, {"auth.algorithm", "RS256"}}), "no error");
}

TEST(Configuration, KeepsADevelopmentHubOnLoopback) {
  EXPECT_THAT(error({{"dev", "true"}, {"listen", "0.0.0.0:8080"}}), HasSubstr("listen = \"0.0.0.0:8080\""));
  EXPECT_THAT(error({{"dev", "true"}, {"admin.listen", "[::]:0"}}), HasSubstr("admin.listen = \"[::]:0\""));
  EXPECT_EQ(error({{"dev", "true"}, {"listen", "[::1]:0"}, {"listen", "unix:/tmp/x"}}), "no error");
  EXPECT_EQ(error({{"auth.secret", secret}, {"listen", "0.0.0.0:8080"}}), "no error");
}

TEST(Configuration, RefusesOneAddressTwice) {
  EXPECT_EQ(error({{"dev", "true"}, {"listen", "127.0.0.1:1"}, {"listen", "127.0.0.1:1"}}),
            "listen = \"127.0.0.1:1\": is given twice");
  EXPECT_EQ(error({{"dev", "true"}, {"listen", "127.0.0.1:1"}, {"admin.listen", "127.0.0.1:1"}}),
            "admin.listen = \"127.0.0.1:1\": must not be one of listen");
  EXPECT_EQ(error({{"dev", "true"}, {"listen", "127.0.0.1:0"}, {"listen", "127.0.0.1:0"}}), "no error");
}

TEST(Configuration, IsPrintedWholeAndWithoutSecrets) {
  Sources sources;
  sources.flags = {{"auth.secret", secret},
                   {"publish.key", secret},
                   {"publish.key", std::string(40, 'k')},
                   {"auth.audience", "say \"us\\them\""},
                   {"limits.streams", "5"}};
  const Given given = Given::read(sources).value();
  const std::string text = effective_configuration(given, Config::from(given, machine).value());
  EXPECT_THAT(text, HasSubstr("auth.secret = \"***\"\n"));
  EXPECT_THAT(text, HasSubstr("publish.key = [\"***\", \"***\"]\n"));
  EXPECT_THAT(text, HasSubstr("auth.audience = \"say \\\"us\\\\them\\\"\"\n"));
  EXPECT_THAT(text, HasSubstr("listen = [\"127.0.0.1:8080\"]\n"));
  EXPECT_THAT(text, HasSubstr("log.retention_events = 1000000\n"));
  EXPECT_THAT(text, HasSubstr("dev = false\n"));
  EXPECT_THAT(text, HasSubstr("shards = 4\n"));
  EXPECT_THAT(text, HasSubstr("limits.streams = 5\n"));
  EXPECT_THAT(text, HasSubstr("limits.connections = 19488\n"));
  EXPECT_THAT(text, HasSubstr("# auth.issuer is not set\n"));
  EXPECT_THAT(text, Not(HasSubstr("0123456789abcdef")));
}

}  // namespace
}  // namespace tidings::hub
