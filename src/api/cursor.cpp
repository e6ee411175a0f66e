#include "api/authenticate.hpp"
#include "api/resources.hpp"

namespace tidings::api {

void get_cursor(Call call) {
  if (const auto reader = authenticate_publisher(call); !reader) return call.refuse(reader.error());
  call.respond(json(200, {{"cursor", call.services().log.head().text()}}));
}

}  // namespace tidings::api
