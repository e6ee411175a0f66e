#include "auth/revocations.hpp"

#include <gtest/gtest.h>

namespace tidings::auth {
namespace {

TEST(Revocations, RefuseTokensIssuedUntilThen) {
  Revocations revocations;
  ASSERT_TRUE(revocations.revoke("anna", 100));
  EXPECT_TRUE(revocations.revoked("anna", 99));
  EXPECT_TRUE(revocations.revoked("anna", 100));
  EXPECT_FALSE(revocations.revoked("anna", 101));
  EXPECT_TRUE(revocations.revoked("anna", std::nullopt));
  EXPECT_FALSE(revocations.revoked("bert", 1));
  EXPECT_FALSE(revocations.revoked("bert", std::nullopt));
}

TEST(Revocations, AreOnlyEverRaised) {
  Revocations revocations;
  ASSERT_TRUE(revocations.revoke("anna", 100));
  ASSERT_TRUE(revocations.revoke("anna", 50));
  EXPECT_TRUE(revocations.revoked("anna", 100));
  ASSERT_TRUE(revocations.revoke("anna", 200));
  EXPECT_TRUE(revocations.revoked("anna", 200));
  EXPECT_EQ(revocations.size(), 1u);
}

TEST(Revocations, AreBoundedButStillRaisedWhenFull) {
  Revocations revocations(2);
  ASSERT_TRUE(revocations.revoke("anna", 1));
  ASSERT_TRUE(revocations.revoke("bert", 1));
  EXPECT_EQ(revocations.revoke("cleo", 1).error().code, ErrorCode::overloaded);
  EXPECT_TRUE(revocations.revoke("anna", 2));
  EXPECT_TRUE(revocations.revoked("anna", 2));
}

TEST(Revocations, TellBeforehandWhetherThereIsRoom) {
  Revocations revocations(1);
  EXPECT_TRUE(revocations.check_room("anna"));
  ASSERT_TRUE(revocations.revoke("anna", 1));
  EXPECT_TRUE(revocations.check_room("anna"));
  EXPECT_EQ(revocations.check_room("bert").error().code, ErrorCode::overloaded);
  EXPECT_FALSE(revocations.revoked("bert", 1));
}

TEST(Revocations, ThatWereStoredStandHoweverManyThereAre) {
  Revocations revocations(1);
  revocations.restore("anna", 5);
  revocations.restore("bert", 5);
  revocations.restore("anna", 3);
  EXPECT_TRUE(revocations.revoked("anna", 5));
  EXPECT_TRUE(revocations.revoked("bert", 5));
}

}  // namespace
}  // namespace tidings::auth
