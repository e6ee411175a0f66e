#include <utility>

#include "api/authenticate.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void post_connection_token(Call call) {
  auto identity = authenticate_access(call);
  if (!identity) return call.refuse(identity.error());
  const auto id = events::ConnectionId::parse(call.parameter());
  if (!id) return call.refuse({ErrorCode::connection_not_found, "this is no connection's id"});
  auto covers = [permissions = std::move(identity->permissions)](const events::Pattern& channel) {
    return permissions.may_subscribe(channel);
  };
  call.services().streams.extend(call.reactor(), *id, identity->user, identity->expires_at, identity->issued_at,
                                 std::move(covers), [call](Result<void> extended) {
                                   if (!extended) return call.refuse(extended.error());
                                   call.respond(no_content());
                                 });
}

}  // namespace tidings::api
