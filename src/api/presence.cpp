#include <utility>

#include "api/authenticate.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void get_presence(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  const auto listing = listing_query(call.request());
  if (!listing) return call.refuse(listing.error());
  if (listing->channel.empty()) {
    return call.refuse({ErrorCode::parameter_invalid, "say whose presence with \"channel\""});
  }
  call.services().streams.presence(
      call.reactor(), listing->channel, listing->after, listing->limit,
      [call, channel = listing->channel](const events::Streams::Presence& page) {
        Json users = Json::array();
        for (const auto& [user, connections] : page.users) {
          users.push_back({{"user", user}, {"connections", connections}});
        }
        call.respond(json(200, {{"channel", channel}, {"users", std::move(users)}, {"next", next_page(page.next)}}));
      });
}

}  // namespace tidings::api
