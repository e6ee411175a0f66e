#include <utility>

#include "api/authenticate.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/revocation_facts.hpp"

namespace tidings::api {
namespace {

Json shown(const events::ConnectionInfo& connection, const std::string& node) {
  Json metadata = Json::object();
  for (const auto& [name, value] : connection.labels) metadata[name] = value;
  return {{"id", connection.id.text()},
          {"user", connection.user},
          {"address", connection.address},
          {"opened_at", to_rfc3339(connection.opened_at)},
          {"expires_at", to_rfc3339(connection.expires_at)},
          {"cursor", connection.cursor},
          {"behind", connection.behind},
          {"events", connection.events},
          {"channels", connection.channels},
          {"metadata", std::move(metadata)},
          {"node", node}};
}

void disconnect_user(const Call& call, const std::string& user) {
  call.services().streams.disconnect_user(call.reactor(), user, [call](std::size_t count) {
    call.respond(json(200, {{"disconnected", count}}));
  });
}

}  // namespace

void get_connections(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  auto listing = listing_query(call.request());
  if (!listing) return call.refuse(listing.error());
  events::Streams::Query query{std::move(listing->user), std::move(listing->channel), std::move(listing->after),
                               listing->limit};
  call.services().streams.list(call.reactor(), std::move(query), [call](const events::Streams::Listing& page) {
    Json connections = Json::array();
    for (const auto& connection : page.connections) {
      connections.push_back(shown(connection, call.services().settings.node));
    }
    call.respond(json(200, {{"connections", std::move(connections)}, {"next", next_page(page.next)}}));
  });
}

void delete_connections(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  auto listing = listing_query(call.request());
  if (!listing) return call.refuse(listing.error());
  if (listing->user.empty()) {
    return call.refuse({ErrorCode::parameter_invalid, "say whose connections with \"user\""});
  }
  std::string user = std::move(listing->user);
  revoke(call.services(), user, call.on_own_thread([call, user](Result<void> revoked) {
    if (!revoked) return call.refuse(revoked.error());
    disconnect_user(call, user);
  }));
}

void delete_connection(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  const auto id = events::ConnectionId::parse(call.parameter());
  if (!id) return call.refuse({ErrorCode::connection_not_found, "this is no connection's id"});
  call.services().streams.disconnect(call.reactor(), *id, [call](bool found) {
    if (!found) return call.refuse({ErrorCode::connection_not_found, "the connection has ended, or never was"});
    call.respond(no_content());
  });
}

}  // namespace tidings::api
