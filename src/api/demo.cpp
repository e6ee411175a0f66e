#include <string>
#include <utility>

#include "api/embedded.hpp"
#include "api/resources.hpp"

namespace tidings::api {
namespace {

// Nothing but the hub's own files and its own interface; labels that others chose can't become scripts.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view media_type(std::string_view path) {
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  return "text/html; charset=utf-8";
}

}  // namespace

void get_demo(Call call) {
  const std::string& path = call.request().path;
  const std::string name = path == "/" ? "demo/index.html" : "demo" + path;
  const auto file = embedded_file(name);
  if (!file) return call.refuse({ErrorCode::not_found, "the demo has no such file"});
  http::Response response;
  response.set("Content-Type", media_type(name));
  response.set("Cache-Control", "no-store");
  response.set("Content-Security-Policy", content_security_policy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.body = *file;
  call.respond(std::move(response));
}

}  // namespace tidings::api
