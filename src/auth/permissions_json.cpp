#include "auth/permissions_json.hpp"

#include <utility>

namespace tidings::auth {
namespace {

Result<std::vector<events::Pattern>> read_patterns(const Json& list, std::string_view name) {
  const std::string subject = "The permissions claim's \"" + std::string(name) + "\" ";
  if (!list.is_array()) return fail(ErrorCode::token_claims, subject + "is not an array.");
  std::vector<events::Pattern> patterns;
  patterns.reserve(list.size());
  for (const Json& item : list) {
    if (!item.is_string()) return fail(ErrorCode::token_claims, subject + "holds something that is not a string.");
    auto pattern = events::Pattern::parse(item.get_ref<const std::string&>(), events::Names::channels);
    if (!pattern) return fail(ErrorCode::token_claims, subject + "holds something that is not a channel pattern.");
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

Json write_patterns(const std::vector<events::Pattern>& patterns) {
  Json list = Json::array();
  for (const auto& pattern : patterns) list.push_back(pattern.text());
  return list;
}

}  // namespace

Result<Permissions> read_permissions(const Json& claim) {
  if (!claim.is_object()) return fail(ErrorCode::token_claims, "The permissions claim is not an object.");
  Permissions permissions;
  for (const auto& [name, value] : claim.items()) {
    if (name == "subscribe" || name == "publish") {
      auto patterns = read_patterns(value, name);
      if (!patterns) return tl::unexpected(std::move(patterns).error());
      (name == "subscribe" ? permissions.subscribe : permissions.publish) = *std::move(patterns);
    } else if (name == "admin") {
      if (!value.is_boolean()) {
        return fail(ErrorCode::token_claims, "The permissions claim's \"admin\" is not true or false.");
      }
      permissions.admin = value.get<bool>();
    } else {
      return fail(ErrorCode::token_claims, "The permissions claim has a member other than subscribe, publish, admin.");
    }
  }
  return permissions;
}

Json write_permissions(const Permissions& permissions) {
  Json claim = Json::object();
  if (!permissions.subscribe.empty()) claim["subscribe"] = write_patterns(permissions.subscribe);
  if (!permissions.publish.empty()) claim["publish"] = write_patterns(permissions.publish);
  if (permissions.admin) claim["admin"] = true;
  return claim;
}

}  // namespace tidings::auth
