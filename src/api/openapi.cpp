#include <string>

#include "api/embedded.hpp"
#include "api/resources.hpp"

namespace tidings::api {
namespace {

// The description is kept in parts that can be read at a glance.
std::string assembled() {
  const auto part = [](const std::string& name) {
    return Json::parse(embedded_file("openapi/" + name + ".json").value());
  };
  Json document = part("document");
  for (const char* name : {"paths", "components"}) document[name] = part(name);
  return document.dump();
}

}  // namespace

void get_openapi(Call call) {
  static const std::string document = assembled();
  http::Response response = http::json_response(200, document);
  response.set("Cache-Control", "no-cache");
  call.respond(std::move(response));
}

}  // namespace tidings::api
