#include "hub/reloadable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Given given(std::vector<std::pair<std::string, std::string>> flags) {
  Sources sources;
  sources.flags = std::move(flags);
  return Given::read(sources).value();
}

TEST(Reload, TakesOnKeysAndLimits) {
  for (const auto* name : {"auth.secret", "auth.keys", "publish.key", "limits.streams", "limits.body_bytes",
                           "session.per_user", "log.retention_age"}) {
    EXPECT_TRUE(reloadable(name)) << name;
    EXPECT_NE(find_setting(name), nullptr) << name;
  }
  for (const auto* name : {"listen", "store", "log.durability", "auth.issuer", "shards", "dev"}) {
    EXPECT_FALSE(reloadable(name)) << name;
  }
}

TEST(Reload, NamesWhatChangedInVain) {
  const Given running = given({{"listen", "127.0.0.1:1"}, {"drain", "1s"}, {"limits.streams", "5"}});
  const Given read = given({{"listen", "127.0.0.1:1"}, {"listen", "127.0.0.1:2"}, {"limits.streams", "6"}});
  EXPECT_THAT(changed_in_vain(running, read), ElementsAre("listen", "drain"));
  EXPECT_THAT(changed_in_vain(running, running), IsEmpty());
}

}  // namespace
}  // namespace tidings::hub
