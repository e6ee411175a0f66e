#include "api/cors.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void get_metrics(Call call) {
  const http::Request& request = call.request();
  // Behind a proxy on this machine everyone has a loopback address.
  if (!call.services().settings.separate_admin && (!request.peer.loopback() || forwarded(request))) {
    return call.refuse({ErrorCode::not_found, "metrics answer only to loopback, or at admin.listen"});
  }
  http::Response response;
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.set("Cache-Control", "no-store");
  response.body = call.services().metrics.scrape();
  call.respond(std::move(response));
}

}  // namespace tidings::api
