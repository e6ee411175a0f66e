#include "hub/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/revocations.hpp"
#include "hub/testing/scratch_folder.hpp"
#include "hub/testing/secrets.hpp"

namespace tidings::hub {
namespace {

using ::testing::HasSubstr;
using testing::secret;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

Command with(std::vector<std::pair<std::string, std::string>> flags) {
  Command command;
  command.sources.flags = std::move(flags);
  command.token.user = "u1";
  return command;
}

TEST(CheckConfig, PrintsWhatIsInForce) {
  CaptureStdout();
  EXPECT_EQ(check_config(with({{"auth.secret", secret}, {"drain", "3s"}})), 0);
  const std::string said = GetCapturedStdout();
  EXPECT_THAT(said, HasSubstr("drain = \"3s\"\n"));
  EXPECT_THAT(said, HasSubstr("auth.secret = \"***\"\n"));
}

TEST(CheckConfig, SaysInOneLineWhatIsWrong) {
  for (const auto& flags :
       {std::vector<std::pair<std::string, std::string>>{{"drain", "soon"}}, {}, {{"auth.keys", "absent.pem"}}}) {
    CaptureStderr();
    EXPECT_EQ(check_config(with(flags)), 2);
    const std::string said = GetCapturedStderr();
    EXPECT_THAT(said, ::testing::StartsWith("tidings: "));
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  }
}

TEST(PrintToken, PrintsOneThatAHubOfTheSameConfigurationAccepts) {
  const SystemClock clock;
  const auth::Revocations revocations;
  CaptureStdout();
  Command command = with({{"auth.secret", secret}, {"auth.issuer", "them"}, {"auth.algorithm", "HS512"}});
  command.token.admin = true;
  ASSERT_EQ(print_token(command, clock), 0);
  std::string token = GetCapturedStdout();
  ASSERT_TRUE(token.ends_with('\n'));
  token.pop_back();

  auth::KeySet keys;
  keys.add(auth::Key::from_secret(secret, auth::Algorithm::HS512).value());
  auth::TokenSettings settings;
  settings.issuer = "them";
  const auth::Tokens tokens(std::move(keys), auth::derive_sse_key(secret), settings, revocations, clock);
  const auto identity = tokens.verify_access(token);
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->user, "u1");
  EXPECT_TRUE(identity->permissions.admin);
}

TEST(PrintToken, NeedsASecretAndAValidRequest) {
  const SystemClock clock;
  for (Command command : {with({{"dev", "true"}}), with({}), with({{"auth.secret", secret}})}) {
    command.token.user = "";
    CaptureStderr();
    EXPECT_EQ(print_token(command, clock), 2);
    EXPECT_THAT(GetCapturedStderr(), ::testing::StartsWith("tidings: "));
  }
}

}  // namespace
}  // namespace tidings::hub
