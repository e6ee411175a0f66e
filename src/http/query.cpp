#include "http/query.hpp"

#include <algorithm>

#include "platform/percent.hpp"
#include "platform/utf8.hpp"

namespace tidings::http {
namespace {

// The details name no part of the query: it may hold a credential.
Result<std::string> decode(std::string_view text) {
  auto decoded = percent_decode(text, Plus::is_space);
  if (!decoded) return fail(ErrorCode::parameter_invalid, "The query's percent-encoding is malformed or holds a NUL");
  if (!valid_utf8(*decoded)) return fail(ErrorCode::parameter_invalid, "The query is not UTF-8");
  return std::move(*decoded);
}

}  // namespace

Result<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals));
    if (!name) return tl::unexpected(name.error());
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return tl::unexpected(value.error());
    query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Result<std::optional<std::string>> Query::one(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [parameter, value] : parameters_) {
    if (parameter != name) continue;
    if (found) return fail(ErrorCode::parameter_repeated, "The parameter " + std::string(name) + " is repeated");
    found = value;
  }
  return found;
}

bool Query::has(std::string_view name) const {
  return std::any_of(parameters_.begin(), parameters_.end(), [&](const auto& pair) { return pair.first == name; });
}

}  // namespace tidings::http
