#include "api/json_body.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tidings::api {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

// A member in an error. One that is longer than any that is known is not sent back whole.
std::string named(const std::string& member) {
  constexpr std::size_t most_repeated = 64;
  if (member.size() > most_repeated) return "the member whose name has " + std::to_string(member.size()) + " bytes";
  return "the member \"" + member + "\"";
}

}  // namespace

Result<Json> parse_object(std::string_view text, std::initializer_list<std::string_view> members) {
  std::vector<std::set<std::string>> names;  // of the objects that are open, by depth; none for an array
  std::optional<std::string> repeated;
  std::optional<std::string> unknown;  // the first
  bool crowded = false;
  // Whether to keep a member. All others are read, so that what is no JSON is found, and let go.
  const auto keeps = [&](const std::string& name) {
    if (!names.back().insert(name).second) repeated = name;
    if (names.size() == 1 && std::find(members.begin(), members.end(), name) == members.end()) {
      if (!unknown) unknown = name;
      return false;
    }
    crowded = crowded || names.back().size() > most_members;
    return names.back().size() <= most_members;
  };
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    // The end of an object that is let go is not told: what is left of it goes when the next one begins.
    if (event == Json::parse_event_t::object_start) {
      names.resize(static_cast<std::size_t>(depth));
      names.emplace_back();
    }
    if (event != Json::parse_event_t::key) return true;
    names.resize(static_cast<std::size_t>(depth));
    return keeps(value.get_ref<const std::string&>());
  };
  Json object = Json::parse(text, watch, false);
  if (object.is_discarded()) return fail(ErrorCode::body_malformed, "the body is not JSON");
  if (!object.is_object()) return fail(ErrorCode::body_invalid, "the body is not a JSON object");
  if (repeated) return fail(ErrorCode::body_invalid, named(*repeated) + " stands twice");
  if (unknown) return fail(ErrorCode::body_invalid, named(*unknown) + " is not known");
  if (crowded) return fail(ErrorCode::body_invalid, "an object has more than 64 members");
  return object;
}

bool has_media_type(const http::Request& request, std::string_view type) {
  if (request.fields.count("Content-Type") != 1) return false;
  std::string_view rest = *request.fields.get("Content-Type");
  const auto next = [&rest] {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view part = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  if (!http::equal_ignoring_case(next(), type)) return false;
  while (!rest.empty()) {
    const std::string_view parameter = next();
    const auto equals = std::min(parameter.find('='), parameter.size());
    if (!http::equal_ignoring_case(parameter.substr(0, equals), "charset")) continue;
    const std::string_view charset = parameter.substr(std::min(equals + 1, parameter.size()));
    if (!http::equal_ignoring_case(charset, "utf-8") && !http::equal_ignoring_case(charset, "\"utf-8\"")) return false;
  }
  return true;
}

}  // namespace tidings::api
