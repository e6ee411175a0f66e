#include "api/embedded.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void get_openapi(Call call) {
  http::Response response = http::json_response(200, std::string(embedded_file("openapi.json").value()));
  response.set("Cache-Control", "no-cache");
  call.respond(std::move(response));
}

}  // namespace tidings::api
