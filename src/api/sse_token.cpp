#include <algorithm>

#include "api/authenticate.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void post_sse_token(Call call) {
  const auto identity = authenticate_access(call);
  if (!identity) return call.refuse(identity.error());
  const WallTime asked = call.now();
  const auth::SseToken issued = call.services().tokens.issue_sse(*identity);
  // An access token that stands by the allowed clock skew alone has no time left.
  const auto left = std::max(std::chrono::floor<Seconds>(issued.expires_at - asked), Seconds{0});
  call.counters().sse_token_issued();
  call.respond(json(
      200, {{"sse_token", issued.token}, {"expires_at", to_rfc3339(issued.expires_at)}, {"expires_in", left.count()}}));
}

}  // namespace tidings::api
