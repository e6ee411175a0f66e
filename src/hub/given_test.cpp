#include "hub/given.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/testing/scratch_folder.hpp"
#include "hub/testing/secrets.hpp"

namespace tidings::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::other_secret;
using testing::secret;

class GivenSettings : public ::testing::Test {
 protected:
  void toml(const std::string& text) { sources.file = folder.file("tidings.toml", text); }

  std::string value(std::string_view name) {
    const auto given = Given::read(sources);
    if (!given) return "error: " + given.error().line;
    const GivenValue* one = given->one(name);
    return one == nullptr ? "none" : one->text;
  }
  std::vector<std::string> values(std::string_view name) {
    std::vector<std::string> texts;
    const Given given = Given::read(sources).value();
    for (const GivenValue& one : given.all(name)) texts.push_back(one.text);
    return texts;
  }
  std::string error() {
    const auto given = Given::read(sources);
    return given ? "no error" : given.error().line;
  }

  testing::ScratchFolder folder;
  Sources sources;
};

TEST_F(GivenSettings, AreTheDefaultsWhereNothingIsGiven) {
  EXPECT_EQ(value("log.durability"), "fsync");
  EXPECT_EQ(value("listen"), "127.0.0.1:8080");
  EXPECT_EQ(value("auth.secret"), "none");
  EXPECT_EQ(value("redis.prefix"), "tidings");
  EXPECT_EQ(value("tls.key"), "none");
}

TEST_F(GivenSettings, BearTheSameNamesInFileEnvironmentAndFlags) {
  toml("[log]\ndurability = 'memory'\n");
  EXPECT_EQ(value("log.durability"), "memory");
  sources.environment = {"PATH=/bin", "TIDINGS_LOG_DURABILITY=process", "LANG=C"};
  EXPECT_EQ(value("log.durability"), "process");
  sources.flags = {{"log.durability", "fsync"}};
  EXPECT_EQ(value("log.durability"), "fsync");
}

TEST_F(GivenSettings, AddUpWhereTheyAreRepeatable) {
  toml("listen = ['127.0.0.1:1', '127.0.0.1:2']\n");
  sources.environment = {"TIDINGS_LISTEN=127.0.0.1:3,127.0.0.1:4"};
  sources.flags = {{"listen", "127.0.0.1:5"}, {"listen", "127.0.0.1:6"}};
  EXPECT_THAT(values("listen"),
              ElementsAre("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4", "127.0.0.1:5", "127.0.0.1:6"));
}

TEST_F(GivenSettings, ReplaceTheDefaultOfARepeatableSetting) {
  sources.flags = {{"listen", "127.0.0.1:0"}};
  EXPECT_THAT(values("listen"), ElementsAre("127.0.0.1:0"));
}

TEST_F(GivenSettings, MayBeStringsNumbersAndBooleansInToml) {
  toml("dev = true\nshards = 3\ndrain = '1s'\n[auth]\nallow_query_token = false\n[limits]\nbody_bytes = 4096\n");
  EXPECT_EQ(value("dev"), "true");
  EXPECT_EQ(value("shards"), "3");
  EXPECT_EQ(value("drain"), "1s");
  EXPECT_EQ(value("auth.allow_query_token"), "false");
  EXPECT_EQ(value("limits.body_bytes"), "4096");
}

TEST_F(GivenSettings, MayBeOneValueInTomlWhereTheyAreRepeatable) {
  toml("listen = '127.0.0.1:1'\n");
  EXPECT_THAT(values("listen"), ElementsAre("127.0.0.1:1"));
}

TEST_F(GivenSettings, ReadSecretsFromFilesWithoutTheLastLineEnd) {
  const std::string path = folder.file("secret", std::string(secret) + "\r\n");
  sources.flags = {{"auth.secret_file", path}};
  EXPECT_EQ(value("auth.secret"), secret);
  sources.flags = {};
  sources.environment = {"TIDINGS_AUTH_SECRET_FILE=" + path};
  EXPECT_EQ(value("auth.secret"), secret);
  sources.environment = {};
  toml("[auth]\nsecret_file = '" + path + "'\n");
  EXPECT_EQ(value("auth.secret"), secret);
}

TEST_F(GivenSettings, PreferASecretOfAStrongerSourceWhicheverFormItHas) {
  sources.environment = {std::string("TIDINGS_AUTH_SECRET=") + other_secret};
  sources.flags = {{"auth.secret_file", folder.file("secret", secret)}};
  EXPECT_EQ(value("auth.secret"), secret);
}

TEST_F(GivenSettings, AddPublisherKeysOfBothForms) {
  sources.flags = {{"publish.key", other_secret}, {"publish.key_file", folder.file("key", secret)}};
  EXPECT_THAT(values("publish.key"), ElementsAre(other_secret, secret));
}

TEST_F(GivenSettings, RefuseAValueGivenTwiceInOnePlace) {
  sources.flags = {{"drain", "1s"}, {"drain", "2s"}};
  EXPECT_EQ(error(), "drain: is given more than once (from --drain and --drain)");
  sources.flags = {{"auth.secret", secret}, {"auth.secret_file", folder.file("secret", secret)}};
  EXPECT_EQ(error(), "auth.secret: is given more than once (from --auth.secret and --auth.secret_file)");
}

TEST_F(GivenSettings, NameTheSettingTheValueAndWhereItStands) {
  sources.flags = {{"log.durability", "sometimes"}};
  EXPECT_EQ(error(),
            "log.durability = \"sometimes\" (from --log.durability): must be memory, process or fsync; with "
            "Redis primary or replica:1 to replica:9");
  sources.flags = {};
  sources.environment = {"TIDINGS_SHARDS=0"};
  EXPECT_EQ(error(), "shards = \"0\" (from TIDINGS_SHARDS): must be a whole number from 1 to 255");
  sources.environment = {};
  toml("\n\ndrain = 'soon'\n");
  EXPECT_THAT(error(), HasSubstr("drain = \"soon\" (from " + *sources.file + ", line 3): must be a duration"));
}

TEST_F(GivenSettings, RefuseNamesThatAreNoSettings) {
  sources.flags = {{"log.durabilty", "fsync"}};
  EXPECT_EQ(error(), "no setting is named log.durabilty (from --log.durabilty)");
  sources.flags = {{"drain_file", "x"}};
  EXPECT_EQ(error(), "no setting is named drain_file (from --drain_file)");
  sources.flags = {};
  sources.environment = {"TIDINGS_LOG_DURABILTY=fsync"};
  EXPECT_EQ(error(), "no setting has the environment name TIDINGS_LOG_DURABILTY");
  sources.environment = {"TIDINGS_DRAIN_FILE=x"};
  EXPECT_EQ(error(), "no setting has the environment name TIDINGS_DRAIN_FILE");
  sources.environment = {"TIDINGS_NONSENSE"};
  EXPECT_EQ(error(), "no setting has the environment name TIDINGS_NONSENSE");
}

TEST_F(GivenSettings, RefuseNamesInTomlThatAreNoSettings) {
  for (const auto& [text, name] : {std::pair{"durability = 'fsync'", "durability"},
                                   {"[log]\ndurabilty = 'fsync'", "log.durabilty"},
                                   {"[logs]\ndurability = 'fsync'", "logs"},
                                   {"[empty]", "empty"},
                                   {"[[listen]]\nx = 1", "listen"},
                                   {"[listen]\nx = 1", "listen"}}) {
    toml(text);
    EXPECT_THAT(error(), HasSubstr(name)) << text;
    EXPECT_THAT(error(), HasSubstr("line")) << text;
  }
}

TEST_F(GivenSettings, RefuseTypesOfTomlThatNoSettingTakes) {
  for (const auto* text : {"drain = 1.5", "drain = 2020-01-01", "listen = [1.5]", "listen = [['127.0.0.1:1']]"}) {
    toml(text);
    EXPECT_THAT(error(), HasSubstr("must be a string, a whole number or a boolean")) << text;
  }
  toml("drain = ['1s']");
  EXPECT_THAT(error(), HasSubstr("takes one value, not a list"));
}

TEST_F(GivenSettings, RefuseAFileThatCantBeUnderstoodOrRead) {
  toml("listen = \n");
  EXPECT_THAT(error(), HasSubstr("not well-formed TOML at line 1"));
  sources.file = folder.path() + "/absent.toml";
  EXPECT_THAT(error(), HasSubstr("can't be read"));
  sources.file = folder.path();
  EXPECT_THAT(error(), HasSubstr("can't be read"));
}

TEST_F(GivenSettings, RefuseASecretFileThatCantBeReadOrIsTooLarge) {
  sources.flags = {{"auth.secret_file", folder.path() + "/absent"}};
  EXPECT_THAT(error(), HasSubstr("auth.secret_file: " + folder.path() + "/absent can't be read"));
  sources.flags = {{"auth.secret_file", folder.path()}};
  EXPECT_THAT(error(), HasSubstr("can't be read"));
  sources.flags = {{"auth.secret_file", folder.file("large", std::string(64 * 1024 + 1, 'x'))}};
  EXPECT_THAT(error(), HasSubstr("larger than 65536 bytes"));
}

TEST_F(GivenSettings, KeepSecretsOutOfErrors) {
  sources.flags = {{"auth.secret", "canary-too-short"}};
  EXPECT_EQ(error(), "auth.secret = \"***\" (from --auth.secret): must be at least 32 bytes long; this one has 16");
  sources.flags = {{"publish.key_file", folder.file("key", "canary")}};
  EXPECT_THAT(error(), Not(HasSubstr("canary")));
  sources.flags = {{"store", "redis://:canary@host"}};
  EXPECT_THAT(error(), Not(HasSubstr("canary")));
  sources.flags = {};
  toml("[auth]\nsecret = 'canary' canary\n");
  EXPECT_THAT(error(), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace tidings::hub
