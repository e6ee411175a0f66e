// JSON as tokens and key sets hold it, read strictly: what two parsers might read differently is no JSON here.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::auth {

using Json = nlohmann::json;

// Objects and arrays within each other; tokens need three.
inline constexpr std::size_t most_json_depth = 16;

// Nothing for what is not JSON in UTF-8, nested deeper than `most_json_depth`, or has an object with a repeated name
// (RFC 7519 §4, RFC 8725 §2.4).
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
[[nodiscard]] std::optional<Json> parse_json_object(std::string_view text);

// Compact text. Nothing where a string in it isn't UTF-8.
[[nodiscard]] std::optional<std::string> write_json(const Json& json);

// The member of an object; null where there is none.
[[nodiscard]] const Json* member(const Json& object, std::string_view name);

}  // namespace tidings::auth
