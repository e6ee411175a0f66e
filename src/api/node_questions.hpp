// What hubs that share a log ask each other of their streams, and how one answers (SPEC §1.4, §1.7). Questions and
// answers are JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.hpp"
#include "api/paging.hpp"
#include "api/revocation_facts.hpp"
#include "api/services.hpp"

namespace tidings::api {

// Answers the other hubs. Lives as long as the hub's streams.
class NodeAnswers {
 public:
  NodeAnswers(Services& services, Revoker& revoker) : services_(services), revoker_(revoker) {}
  void answer(const std::string& kind, const std::string& question, shared::Nodes::Reply reply);

 private:
  void list(const Json& question, shared::Nodes::Reply reply);
  void presence(const Json& question, shared::Nodes::Reply reply);
  void disconnect(const Json& question, shared::Nodes::Reply reply);
  void disconnect_user(const Json& question, shared::Nodes::Reply reply);
  void extend(const Json& question, shared::Nodes::Reply reply);

  Services& services_;
  Revoker& revoker_;
};

// A connection as operators see it.
[[nodiscard]] Json shown(const events::ConnectionInfo& connection, const std::string& node);

// What is asked of a page of connections, and of presence.
[[nodiscard]] std::string question_of(const ListingQuery& query);
[[nodiscard]] std::string question_of_disconnection(const std::string& id);
[[nodiscard]] std::string question_of_user(const std::string& user, std::int64_t until);
[[nodiscard]] std::string question_of_extension(const std::string& id, const auth::Identity& identity);

// A page of something that has an id or a name, which this hub and others have part of.
struct Page {
  std::vector<Json> items;
  bool more = false;
};

// Adds another hub's page to one; false where it is none.
[[nodiscard]] bool add_page(Page& to, const std::string& answer);
// The first `limit` items by `name`, and where the next page begins; items that are alike are joined by `join`.
[[nodiscard]] Json first_of(Page page, std::string_view name, std::size_t limit, std::string& next,
                            const std::function<void(Json& into, const Json& from)>& join);
// The names of those that did not answer, where there are any.
void add_missing(Json& body, const std::vector<std::string>& missing);

}  // namespace tidings::api
