#include <utility>

#include "api/authenticate.hpp"
#include "api/node_questions.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void post_connection_token(Call call) {
  auto identity = authenticate_access(call);
  if (!identity) return call.refuse(identity.error());
  const auto id = events::ConnectionId::parse(call.parameter());
  if (!id) return call.refuse({ErrorCode::connection_not_found, "this is no connection's id"});
  shared::Nodes* nodes = call.services().nodes;
  if (nodes != nullptr && id->node() != nodes->number()) {
    return nodes->ask_one(id->node(), "extend", question_of_extension(id->text(), *identity),
                          call.on_own_thread([call](const Result<std::string>& answer) {
                            if (!answer) return call.refuse(answer.error());
                            if (*answer == "true") return call.respond(no_content());
                            call.refuse({ErrorCode::connection_not_found, "this user has no such connection"});
                          }));
  }
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
