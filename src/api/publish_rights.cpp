#include "api/publish_rights.hpp"

namespace tidings::api {

Result<void> may_publish_something(const Publisher& publisher) {
  if (publisher.identity && publisher.identity->permissions.publish.empty()) {
    return fail(ErrorCode::publish_forbidden, "the token holds no permission to publish");
  }
  return {};
}

Result<void> may_publish(const Publisher& publisher, const store::Recipients& recipients) {
  if (!publisher.identity) return {};
  const auth::Permissions& permissions = publisher.identity->permissions;
  if ((recipients.everyone() || !recipients.users.empty()) && !permissions.may_publish_to_users()) {
    return fail(ErrorCode::publish_forbidden, "to address users or everyone takes \"publish\": [\"**\"]");
  }
  for (const std::string& channel : recipients.channels) {
    if (!permissions.may_publish_to_channel(channel)) {
      return fail(ErrorCode::publish_forbidden, "the token does not allow publishing to \"" + channel + "\"");
    }
  }
  return {};
}

}  // namespace tidings::api
