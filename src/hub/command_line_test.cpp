#include "hub/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

Command parsed(const std::vector<std::string>& arguments) { return parse_command_line(arguments, {}).value(); }

Exit refused(const std::vector<std::string>& arguments) {
  const auto command = parse_command_line(arguments, {});
  return command ? Exit{-1, "no error"} : command.error();
}

TEST(CommandLine, TakesFlagsInBothForms) {
  const Command command = parsed({"serve", "--log.durability=process", "--drain", "1s"});
  EXPECT_EQ(command.kind, Command::Kind::serve);
  EXPECT_THAT(command.sources.flags, ElementsAre(Pair("drain", "1s"), Pair("log.durability", "process")));
  EXPECT_FALSE(command.sources.file);
}

TEST(CommandLine, TakesRepeatedFlagsInTheirOrder) {
  EXPECT_THAT(parsed({"serve", "--listen=127.0.0.1:1", "--listen", "[::1]:2"}).sources.flags,
              ElementsAre(Pair("listen", "127.0.0.1:1"), Pair("listen", "[::1]:2")));
}

TEST(CommandLine, TakesSecretsFromFiles) {
  EXPECT_THAT(parsed({"serve", "--auth.secret_file=/run/secret"}).sources.flags,
              ElementsAre(Pair("auth.secret_file", "/run/secret")));
}

TEST(CommandLine, TakesAConfigurationFileAndTheEnvironment) {
  const auto command = parse_command_line({"check-config", "--config", "tidings.toml"}, {"TIDINGS_DEV=true"});
  EXPECT_EQ(command->kind, Command::Kind::check_config);
  EXPECT_EQ(command->sources.file, "tidings.toml");
  EXPECT_THAT(command->sources.environment, ElementsAre("TIDINGS_DEV=true"));
}

TEST(CommandLine, TakesWhatATokenIsToHold) {
  const Command command = parsed({"token", "--user", "u1", "--subscribe", "novel:*", "--subscribe", "team:**",
                                  "--publish=**", "--admin", "--expires", "5m"});
  EXPECT_EQ(command.kind, Command::Kind::token);
  EXPECT_EQ(command.token.user, "u1");
  EXPECT_THAT(command.token.subscribe, ElementsAre("novel:*", "team:**"));
  EXPECT_THAT(command.token.publish, ElementsAre("**"));
  EXPECT_TRUE(command.token.admin);
  EXPECT_EQ(command.token.lifetime, std::chrono::minutes{5});
}

TEST(CommandLine, MakesTokensForAnHourUnlessToldOtherwise) {
  const Command command = parsed({"token", "--user", "u1"});
  EXPECT_EQ(command.token.lifetime, std::chrono::hours{1});
  EXPECT_FALSE(command.token.admin);
}

TEST(CommandLine, RefusesATokenWithoutAUserOrWithoutALife) {
  EXPECT_EQ(refused({"token"}).status, 2);
  EXPECT_THAT(refused({"token"}).text, HasSubstr("--user"));
  for (const auto* life : {"0s", "soon", ""}) {
    const Exit exit = refused({"token", "--user", "u1", std::string("--expires=") + life});
    EXPECT_EQ(exit.status, 2) << life;
    EXPECT_THAT(exit.text, HasSubstr("--expires")) << life;
  }
}

TEST(CommandLine, SaysItsVersion) {
  const Exit exit = refused({"--version"});
  EXPECT_EQ(exit.status, 0);
  EXPECT_EQ(exit.text, "tidings " TIDINGS_VERSION "\n");
}

TEST(CommandLine, HelpsWithEverySetting) {
  EXPECT_EQ(refused({"--help"}).status, 0);
  EXPECT_THAT(refused({"--help"}).text, HasSubstr("check-config"));
  const Exit exit = refused({"serve", "--help"});
  EXPECT_EQ(exit.status, 0);
  for (const Setting& setting : all_settings()) EXPECT_THAT(exit.text, HasSubstr("--" + std::string(setting.name)));
}

TEST(CommandLine, RefusesWhatItDoesNotKnowInOneLine) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"run"},
                                                    {"serve", "--nonsense"},
                                                    {"serve", "--nonsense=1"},
                                                    {"serve", "extra"},
                                                    {"serve", "--drain"},
                                                    {"serve", "--log"},
                                                    {"serve", "token"}}) {
    const Exit exit = refused(arguments);
    EXPECT_EQ(exit.status, 2) << exit.text;
    EXPECT_EQ(std::ranges::count(exit.text, '\n'), 1) << exit.text;
    EXPECT_THAT(exit.text, ::testing::StartsWith("tidings: "));
  }
}

TEST(CommandLine, NamesTheFlagWhoseValueIsMissing) {
  EXPECT_THAT(refused({"serve", "--dev", "--listen", "127.0.0.1:0"}).text, HasSubstr("--dev: its value is missing"));
  EXPECT_THAT(refused({"serve", "--drain", "--log.level=debug", "x"}).text, HasSubstr("--drain: its value is missing"));
  EXPECT_THAT(refused({"serve", "--auth.secret", "--canary", "x"}).text, Not(HasSubstr("canary")));
  for (const std::string last : {"--dev", "--listen="}) {
    const std::string name = last.substr(0, last.find('='));
    EXPECT_EQ(refused({"serve", last}).text,
              "tidings: " + name + ": its value is missing; tidings --help lists what there is\n");
  }
}

TEST(CommandLine, NamesTheUnknownFlagButNotItsValue) {
  const Exit exit = refused({"serve", "--auth.secert=canary"});
  EXPECT_THAT(exit.text, HasSubstr("--auth.secert"));
  EXPECT_THAT(exit.text, Not(HasSubstr("canary")));
  EXPECT_THAT(refused({"serve", "--auth.secert", "canary"}).text, Not(HasSubstr("canary")));
  EXPECT_THAT(refused({"serve", "canary"}).text, Not(HasSubstr("canary")));
  EXPECT_THAT(refused({"canary"}).text, Not(HasSubstr("canary")));
  EXPECT_THAT(refused({"canary"}).text, HasSubstr("a command is needed"));
  EXPECT_THAT(refused({"--auth.secret=canary", "serve"}).text,
              ::testing::AllOf(HasSubstr("--auth.secret"), Not(HasSubstr("canary"))));
}

}  // namespace
}  // namespace tidings::hub
