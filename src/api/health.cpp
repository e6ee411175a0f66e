#include "api/resources.hpp"

namespace tidings::api {

void get_health(Call call) { call.respond(json(200, {{"status", "alive"}})); }

void get_readiness(Call call) {
  if (call.services().draining) return call.refuse(draining_error());
  if (!call.services().log.healthy()) return call.refuse(unhealthy_store_error());
  call.respond(json(200, {{"status", "ready"}}));
}

}  // namespace tidings::api
