#include "auth/session_json.hpp"

#include <array>
#include <utility>

#include "auth/permissions_json.hpp"

namespace tidings::auth {
namespace {

struct TextOption {
  const char* name;
  std::optional<std::string> SessionOptions::*value;
};
constexpr std::array text_options{
    TextOption{"events", &SessionOptions::events}, TextOption{"channels", &SessionOptions::channels},
    TextOption{"last_event_id", &SessionOptions::last_event_id}, TextOption{"since", &SessionOptions::since},
    TextOption{"format", &SessionOptions::format}};

std::int64_t milliseconds(WallTime time) { return time.time_since_epoch().count(); }
WallTime wall_time(const Json& value) { return WallTime{Milliseconds{value.get<std::int64_t>()}}; }

// Throws what nlohmann throws for members that are missing or of another type.
Session from_json(const Json& json) {
  Session session;
  session.identity.user = json.at("user").get<std::string>();
  session.identity.expires_at = wall_time(json.at("expires_at"));
  session.created_at = wall_time(json.at("created_at"));
  if (json.contains("issued_at")) session.identity.issued_at = json.at("issued_at").get<std::int64_t>();
  for (const auto& option : text_options) {
    if (json.contains(option.name)) session.options.*option.value = json.at(option.name).get<std::string>();
  }
  for (const Json& label : json.at("labels")) {
    session.options.metadata.emplace_back(label.at(0).get<std::string>(), label.at(1).get<std::string>());
  }
  return session;
}

}  // namespace

Result<std::string> write_session(const Session& session) {
  const Identity& identity = session.identity;
  Json json;
  json["user"] = identity.user;
  json["permissions"] = write_permissions(identity.permissions);
  json["expires_at"] = milliseconds(identity.expires_at);
  json["created_at"] = milliseconds(session.created_at);
  if (identity.issued_at) json["issued_at"] = *identity.issued_at;
  for (const auto& option : text_options) {
    if (const auto& value = session.options.*option.value) json[option.name] = *value;
  }
  Json labels = Json::array();
  for (const auto& [name, value] : session.options.metadata) labels.push_back(Json::array({name, value}));
  json["labels"] = std::move(labels);
  auto text = write_json(json);
  if (!text) return fail(ErrorCode::body_invalid, "The session's options are not UTF-8.");
  return *std::move(text);
}

Result<Session> read_session(std::string_view stored) {
  const auto unreadable = [] { return fail(ErrorCode::internal, "The stored session can't be read."); };
  const auto json = parse_json_object(stored);
  if (!json || !json->contains("permissions")) return unreadable();
  auto permissions = read_permissions((*json)["permissions"]);
  if (!permissions) return unreadable();
  try {
    Session session = from_json(*json);
    session.identity.permissions = *std::move(permissions);
    return session;
  } catch (const Json::exception&) {
    return unreadable();
  }
}

}  // namespace tidings::auth
