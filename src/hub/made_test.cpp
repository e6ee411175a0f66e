#include "hub/made.hpp"

#include <gtest/gtest.h>

#include "auth/revocations.hpp"
#include "hub/testing/secrets.hpp"

namespace tidings::hub {
namespace {

using testing::other_secret;

TEST(MadeUpSecret, IsLongEnoughAndNeverTheSame) {
  SystemRandom random;
  EXPECT_GE(make_secret(random).size(), 32);
  EXPECT_NE(make_secret(random), make_secret(random));
}

TEST(TokenSigner, SignsWhatADevelopmentHubOfTheseSettingsAccepts) {
  SystemRandom random;
  const SystemClock clock;
  Sources sources;
  sources.flags = {{"dev", "true"}, {"auth.issuer", "them"}, {"auth.audience", "us"}, {"auth.claim", "rights"}};
  const Config config = Config::read(sources, {}).value();
  const std::string made = make_secret(random);
  auth::TokenRequest request;
  request.user = "u1";
  request.subscribe = {"novel:*"};
  const auto token = token_signer(config, made, clock)(request);
  ASSERT_TRUE(token) << token.error().detail;

  auth::KeySet keys;
  keys.add(auth::Key::from_secret(made, auth::Algorithm::HS256).value());
  const auth::Revocations revocations;
  const auth::Tokens tokens(std::move(keys), auth::derive_sse_key(made), token_settings(config), revocations, clock);
  const auto identity = tokens.verify_access(*token);
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->user, "u1");
  EXPECT_EQ(identity->permissions.subscribe.size(), 1);
}

TEST(SseKey, ComesFromTheStrongestSecretThereIs) {
  SystemRandom random;
  Config config;
  config.sse_token_secret = other_secret;
  config.auth_secret = "unused";
  EXPECT_EQ(make_sse_key(config, "unused too", random).value(), auth::derive_sse_key(other_secret));
  config.sse_token_secret.reset();
  config.auth_secret = other_secret;
  EXPECT_EQ(make_sse_key(config, "unused too", random).value(), auth::derive_sse_key(other_secret));
  config.auth_secret.reset();
  EXPECT_EQ(make_sse_key(config, other_secret, random).value(), auth::derive_sse_key(other_secret));
}

}  // namespace
}  // namespace tidings::hub
