#include "api/node_questions.hpp"

#include <algorithm>
#include <utility>

#include "auth/json.hpp"
#include "auth/permissions_json.hpp"
#include "observe/log.hpp"

namespace tidings::api {
namespace {

// Hubs of one version ask each other; another version's question may be anything.
std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::size_t limit_of(const Json& json) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::max<std::int64_t>(number_of(json, "limit"), 1)), 1,
                                 most_a_page);
}

std::string page_text(Json items, bool more) { return Json{{"items", std::move(items)}, {"more", more}}.dump(); }

}  // namespace

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

void NodeAnswers::answer(const std::string& kind, const std::string& question, shared::Nodes::Reply reply) {
  const Json json = Json::parse(question, nullptr, false);
  if (!json.is_object()) {
    return observe::log(observe::Level::warning, "node_asks_in_vain", {{"kind", kind}});
  }
  if (kind == "connections") return list(json, std::move(reply));
  if (kind == "presence") return presence(json, std::move(reply));
  if (kind == "disconnect") return disconnect(json, std::move(reply));
  if (kind == "disconnect_user") return disconnect_user(json, std::move(reply));
  if (kind == "extend") return extend(json, std::move(reply));
  observe::log(observe::Level::warning, "node_asks_in_vain", {{"kind", kind}});
}

void NodeAnswers::list(const Json& question, shared::Nodes::Reply reply) {
  events::Streams::Query query{text_of(question, "user"), text_of(question, "channel"), text_of(question, "after"),
                               limit_of(question)};
  services_.streams.list(services_.nodes->reactor(), std::move(query),
                         [this, reply = std::move(reply)](const events::Streams::Listing& page) {
                           Json items = Json::array();
                           for (const auto& connection : page.connections) {
                             items.push_back(shown(connection, services_.settings.node));
                           }
                           reply(page_text(std::move(items), !page.next.empty()));
                         });
}

void NodeAnswers::presence(const Json& question, shared::Nodes::Reply reply) {
  services_.streams.presence(services_.nodes->reactor(), text_of(question, "channel"), text_of(question, "after"),
                             limit_of(question), [reply = std::move(reply)](const events::Streams::Presence& page) {
                               Json items = Json::array();
                               for (const auto& [user, connections] : page.users) {
                                 items.push_back({{"user", user}, {"connections", connections}});
                               }
                               reply(page_text(std::move(items), !page.next.empty()));
                             });
}

void NodeAnswers::disconnect(const Json& question, shared::Nodes::Reply reply) {
  const auto id = events::ConnectionId::parse(text_of(question, "id"));
  if (!id) return reply("false");
  services_.streams.disconnect(services_.nodes->reactor(), *id,
                               [reply = std::move(reply)](bool found) { reply(found ? "true" : "false"); });
}

void NodeAnswers::disconnect_user(const Json& question, shared::Nodes::Reply reply) {
  const std::string user = text_of(question, "user");
  const std::int64_t until = number_of(question, "until");
  services_.revocations.restore(user, until);
  revoker_.end_streams(user, until, [reply = std::move(reply)](std::size_t count) { reply(std::to_string(count)); });
}

void NodeAnswers::extend(const Json& question, shared::Nodes::Reply reply) {
  const auto id = events::ConnectionId::parse(text_of(question, "id"));
  const auto claim = auth::parse_json(text_of(question, "permissions"));
  auto permissions = claim
                         ? auth::read_permissions(*claim).map([](auto read) { return std::optional(std::move(read)); })
                         : Result<std::optional<auth::Permissions>>{};
  if (!id || !permissions || !*permissions) return reply("false");
  auto covers = [permissions = **std::move(permissions)](const events::Pattern& channel) {
    return permissions.may_subscribe(channel);
  };
  const WallTime expires_at{Milliseconds{number_of(question, "expires_at")}};
  // Absent from what an older version asks, and where the token has none.
  const auto issued_at =
      question.contains("issued_at") ? std::optional(number_of(question, "issued_at")) : std::nullopt;
  services_.streams.extend(
      services_.nodes->reactor(), *id, text_of(question, "user"), expires_at, issued_at, std::move(covers),
      [reply = std::move(reply)](const Result<void>& extended) { reply(extended ? "true" : "false"); });
}

std::string question_of(const ListingQuery& query) {
  return Json{{"user", query.user}, {"channel", query.channel}, {"after", query.after}, {"limit", query.limit}}.dump();
}

std::string question_of_disconnection(const std::string& id) { return Json{{"id", id}}.dump(); }

std::string question_of_user(const std::string& user, std::int64_t until) {
  return Json{{"user", user}, {"until", until}}.dump();
}

std::string question_of_extension(const std::string& id, const auth::Identity& identity) {
  Json question{{"id", id},
                {"user", identity.user},
                {"expires_at", identity.expires_at.time_since_epoch().count()},
                {"permissions", auth::write_permissions(identity.permissions).dump()}};
  if (identity.issued_at) question["issued_at"] = *identity.issued_at;
  return question.dump();
}

bool add_page(Page& to, const std::string& answer) {
  const Json page = Json::parse(answer, nullptr, false);
  if (!page.is_object() || !page.contains("items") || !page["items"].is_array()) return false;
  for (const Json& item : page["items"]) {
    if (item.is_object()) to.items.push_back(item);
  }
  const auto more = page.find("more");
  to.more = to.more || (more != page.end() && more->is_boolean() && more->get<bool>());
  return true;
}

Json first_of(Page page, std::string_view name, std::size_t limit, std::string& next,
              const std::function<void(Json& into, const Json& from)>& join) {
  const std::string key(name);
  std::ranges::stable_sort(page.items, {}, [&](const Json& item) { return text_of(item, key.c_str()); });
  Json first = Json::array();
  for (Json& item : page.items) {
    if (!first.empty() && text_of(first.back(), key.c_str()) == text_of(item, key.c_str())) {
      join(first.back(), item);
    } else if (first.size() == limit) {
      page.more = true;
      break;
    } else {
      first.push_back(std::move(item));
    }
  }
  next = page.more && !first.empty() ? text_of(first.back(), key.c_str()) : std::string{};
  return first;
}

void add_missing(Json& body, const std::vector<std::string>& missing) {
  if (!missing.empty()) body["missing"] = missing;
}

}  // namespace tidings::api
