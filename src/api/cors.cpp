#include "api/cors.hpp"

#include <algorithm>
#include <array>

namespace tidings::api {
namespace {

constexpr std::string_view allowed_fields = "Authorization, Content-Type, Last-Event-ID, Cache-Control";
constexpr std::string_view exposed_fields = "Retry-After, WWW-Authenticate";
constexpr std::string_view preflight_seconds = "7200";

// The host of a Host field, without its port.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']'), host.size() - 1) + 1);
  return host.substr(0, host.find(':'));
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return http::equal_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

bool Cors::allows(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::optional<std::string_view> Cors::allowed_origin(const http::Request& request) const {
  const auto origin = request.fields.get("Origin");
  if (!origin || request.fields.count("Origin") != 1 || !allows(*origin)) return std::nullopt;
  return origin;
}

void Cors::decorate(const http::Request& request, http::Response& response) const {
  if (origins_.empty() || response.fields.get("Vary")) return;
  response.set("Vary", "Origin");
  if (const auto origin = allowed_origin(request)) {
    response.set("Access-Control-Allow-Origin", *origin);
    response.set("Access-Control-Expose-Headers", exposed_fields);
  }
}

http::Response Cors::preflight(const http::Request& request, std::string_view methods) const {
  http::Response response;
  response.status = 204;
  response.set("Allow", std::string(methods) + ", OPTIONS");
  if (allowed_origin(request) && request.fields.get("Access-Control-Request-Method")) {
    response.set("Access-Control-Allow-Methods", std::string(methods));
    response.set("Access-Control-Allow-Headers", allowed_fields);
    response.set("Access-Control-Max-Age", std::string(preflight_seconds));
  }
  return response;
}

Result<void> check_development(const http::Request& request, const Cors& cors) {
  const std::string_view host = request.fields.get("Host").value_or("");
  constexpr std::array<std::string_view, 3> loopback_names{"localhost", "127.0.0.1", "[::1]"};
  if (std::none_of(loopback_names.begin(), loopback_names.end(),
                   [&](std::string_view name) { return http::equal_ignoring_case(host_name(host), name); })) {
    return fail(ErrorCode::host_forbidden, "use localhost, 127.0.0.1 or [::1]");
  }
  if (forwarded(request)) return fail(ErrorCode::forwarded_forbidden, "the request came through a proxy");
  const bool preflight = request.method == "OPTIONS" && request.fields.get("Access-Control-Request-Method");
  if (const auto origin = request.fields.get("Origin"); origin && !preflight) {
    const bool own =
        request.fields.count("Origin") == 1 && http::equal_ignoring_case(*origin, "http://" + std::string(host));
    if (!own && !cors.allows(*origin)) {
      return fail(ErrorCode::origin_forbidden, "the page's origin is neither this hub's nor in cors.origins");
    }
  }
  return {};
}

bool forwarded(const http::Request& request) {
  return std::any_of(request.fields.begin(), request.fields.end(), [](const http::Field& field) {
    return http::equal_ignoring_case(field.name, "Forwarded") || http::equal_ignoring_case(field.name, "Via") ||
           starts_with_ignoring_case(field.name, "X-Forwarded-");
  });
}

}  // namespace tidings::api
