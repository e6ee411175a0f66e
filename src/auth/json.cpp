#include "auth/json.hpp"

#include <unordered_set>
#include <utility>
#include <vector>

namespace tidings::auth {

std::optional<Json> parse_json(std::string_view text) {
  // The parser would skip a byte order mark, and take a NUL for the end.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos) return std::nullopt;
  bool acceptable = true;
  std::vector<std::unordered_set<std::string>> taken;  // names of the objects that are open
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::array_start:
        acceptable = acceptable && depth < most_json_depth;
        break;
      case Json::parse_event_t::object_start:
        acceptable = acceptable && depth < most_json_depth;
        taken.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        taken.pop_back();
        break;
      case Json::parse_event_t::key:
        acceptable = taken.back().insert(parsed.get<std::string>()).second && acceptable;
        break;
      default:
        break;
    }
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), watch, false);
  if (json.is_discarded() || !acceptable) return std::nullopt;
  return json;
}

std::optional<Json> parse_json_object(std::string_view text) {
  auto json = parse_json(text);
  if (json && !json->is_object()) return std::nullopt;
  return json;
}

std::optional<std::string> write_json(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    return std::nullopt;
  }
}

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace tidings::auth
