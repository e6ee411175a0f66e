#include <charconv>
#include <utility>

#include "api/authenticate.hpp"
#include "api/node_questions.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/revocation_facts.hpp"

namespace tidings::api {
namespace {

void respond_with_connections(const Call& call, Page page, std::size_t limit, const std::vector<std::string>& missing) {
  std::string next;
  Json connections = first_of(std::move(page), "id", limit, next, [](Json&, const Json&) {});
  Json body{{"connections", std::move(connections)}, {"next", next_page(next)}};
  add_missing(body, missing);
  call.respond(json(200, body));
}

// How many streams another hub says that it ended.
std::size_t count_of(const std::string& answer) {
  std::size_t count = 0;
  std::from_chars(answer.data(), answer.data() + answer.size(), count);
  return count;
}

void disconnect_user(const Call& call, const std::string& user, std::int64_t until) {
  shared::Nodes* nodes = call.services().nodes;
  if (nodes == nullptr) {
    return call.services().streams.disconnect_user(call.reactor(), user, std::nullopt, [call](std::size_t count) {
      call.respond(json(200, {{"disconnected", count}}));
    });
  }
  call.services().revoker->end_streams(user, until, call.on_own_thread([call, nodes, user, until](std::size_t count) {
    nodes->ask("disconnect_user", question_of_user(user, until),
               call.on_own_thread([call, count](const shared::Nodes::Answers& others) {
                 std::size_t all = count;
                 for (const std::string& answer : others.answers) all += count_of(answer);
                 Json body{{"disconnected", all}};
                 add_missing(body, others.missing);
                 call.respond(json(200, body));
               }));
  }));
}

}  // namespace

void get_connections(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  auto listing = listing_query(call.request());
  if (!listing) return call.refuse(listing.error());
  events::Streams::Query query{listing->user, listing->channel, listing->after, listing->limit};
  call.services().streams.list(
      call.reactor(), std::move(query), [call, listing = *listing](const events::Streams::Listing& own) {
        Page page{.items = {}, .more = !own.next.empty()};
        for (const auto& connection : own.connections) {
          page.items.push_back(shown(connection, call.services().settings.node));
        }
        shared::Nodes* nodes = call.services().nodes;
        if (nodes == nullptr) return respond_with_connections(call, std::move(page), listing.limit, {});
        nodes->ask("connections", question_of(listing),
                   call.on_own_thread([call, page, limit = listing.limit](shared::Nodes::Answers others) mutable {
                     for (const std::string& answer : others.answers) {
                       if (!add_page(page, answer)) others.missing.emplace_back("unknown");
                     }
                     respond_with_connections(call, std::move(page), limit, others.missing);
                   }));
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
  revoke(call.services(), user, call.on_own_thread([call, user](const Result<std::int64_t>& revoked) {
    if (!revoked) return call.refuse(revoked.error());
    disconnect_user(call, user, *revoked);
  }));
}

void delete_connection(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  const auto id = events::ConnectionId::parse(call.parameter());
  if (!id) return call.refuse({ErrorCode::connection_not_found, "this is no connection's id"});
  const auto respond = [call](bool found) {
    if (!found) return call.refuse({ErrorCode::connection_not_found, "the connection has ended, or never was"});
    call.respond(no_content());
  };
  shared::Nodes* nodes = call.services().nodes;
  if (nodes == nullptr || id->node() == nodes->number()) {
    return call.services().streams.disconnect(call.reactor(), *id, respond);
  }
  nodes->ask_one(id->node(), "disconnect", question_of_disconnection(id->text()),
                 call.on_own_thread([call, respond](const Result<std::string>& answer) {
                   if (!answer) return call.refuse(answer.error());
                   respond(*answer == "true");
                 }));
}

}  // namespace tidings::api
