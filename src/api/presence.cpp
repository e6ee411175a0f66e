#include <utility>

#include "api/authenticate.hpp"
#include "api/node_questions.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"

namespace tidings::api {
namespace {

// What another hub says may be anything.
std::uint64_t connections_of(const Json& user) {
  const auto found = user.find("connections");
  return found != user.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

void respond_with_users(const Call& call, const ListingQuery& query, Page page,
                        const std::vector<std::string>& missing) {
  std::string next;
  Json users = first_of(std::move(page), "user", query.limit, next, [](Json& into, const Json& from) {
    into["connections"] = connections_of(into) + connections_of(from);
  });
  Json body{{"channel", query.channel}, {"users", std::move(users)}, {"next", next_page(next)}};
  add_missing(body, missing);
  call.respond(json(200, body));
}

}  // namespace

void get_presence(Call call) {
  if (const auto admin = authenticate_admin(call); !admin) return call.refuse(admin.error());
  const auto listing = listing_query(call.request());
  if (!listing) return call.refuse(listing.error());
  if (listing->channel.empty()) {
    return call.refuse({ErrorCode::parameter_invalid, "say whose presence with \"channel\""});
  }
  call.services().streams.presence(call.reactor(), listing->channel, listing->after, listing->limit,
                                   [call, query = *listing](const events::Streams::Presence& own) {
                                     Page page{.items = {}, .more = !own.next.empty()};
                                     for (const auto& [user, connections] : own.users) {
                                       page.items.push_back({{"user", user}, {"connections", connections}});
                                     }
                                     shared::Nodes* nodes = call.services().nodes;
                                     if (nodes == nullptr) return respond_with_users(call, query, std::move(page), {});
                                     nodes->ask(
                                         "presence", question_of(query),
                                         call.on_own_thread([call, query, page](shared::Nodes::Answers others) mutable {
                                           for (const std::string& answer : others.answers) {
                                             if (!add_page(page, answer)) others.missing.emplace_back("unknown");
                                           }
                                           respond_with_users(call, query, std::move(page), others.missing);
                                         }));
                                   });
}

}  // namespace tidings::api
