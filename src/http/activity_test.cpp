#include "http/activity.hpp"

#include "http/connection_table.hpp"
#include "http/server_fixture.hpp"

namespace tidings::http {
namespace {

using ActivityTest = ServerTest;

TEST_F(ActivityTest, KeepsLittleRoomBetweenTwoRequests) {
  ConnectionCount count;
  ConnectionTable table(reactor_, *this, limits_, count, metrics_);
  Connection connection(table, net::ByteStream(Descriptor()), {}, 0);
  const HeadScanner scanner(1000, 10);
  Activity activity(connection, scanner);
  activity.inbox.assign(Activity::most_room_kept / 2, 'x');
  activity.inbox.clear();
  activity.renew(scanner);
  EXPECT_GE(activity.inbox.capacity(), Activity::most_room_kept / 2);
  activity.inbox.assign(10 * Activity::most_room_kept, 'x');
  activity.renew(scanner);
  EXPECT_EQ(activity.inbox.size(), 10 * Activity::most_room_kept);
  activity.inbox.clear();
  activity.renew(scanner);
  EXPECT_LE(activity.inbox.capacity(), Activity::most_room_kept);
}

}  // namespace
}  // namespace tidings::http
