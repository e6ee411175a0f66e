#include "auth/identity.hpp"

#include <gtest/gtest.h>

namespace tidings::auth {
namespace {

events::Pattern channel(const char* text) { return events::Pattern::parse(text, events::Names::channels).value(); }

TEST(Permissions, CoverWhatOneOfTheirPatternsCovers) {
  Permissions permissions;
  permissions.subscribe = {channel("novel:*"), channel("lobby")};
  EXPECT_TRUE(permissions.may_subscribe(channel("novel:42")));
  EXPECT_TRUE(permissions.may_subscribe(channel("novel:*")));
  EXPECT_TRUE(permissions.may_subscribe(channel("lobby")));
  EXPECT_FALSE(permissions.may_subscribe(channel("novel:42:draft")));
  EXPECT_FALSE(permissions.may_subscribe(channel("novel:**")));
  EXPECT_FALSE(permissions.may_subscribe(channel("*")));
  EXPECT_FALSE(permissions.may_publish_to_channel("lobby")) << "reading is not publishing";
}

TEST(Permissions, LetPublishToUsersOnlyWithAllChannels) {
  Permissions permissions;
  EXPECT_FALSE(permissions.may_publish_to_users());
  permissions.publish = {channel("novel:**"), channel("*")};
  EXPECT_TRUE(permissions.may_publish_to_channel("novel:42:draft"));
  EXPECT_FALSE(permissions.may_publish_to_channel("poem:1"));
  EXPECT_FALSE(permissions.may_publish_to_users());
  permissions.publish.push_back(channel("**"));
  EXPECT_TRUE(permissions.may_publish_to_channel("poem:1"));
  EXPECT_TRUE(permissions.may_publish_to_users());
}

}  // namespace
}  // namespace tidings::auth
