#include "api/routes.hpp"

#include <array>

#include "api/resources.hpp"

namespace tidings::api {
namespace {

constexpr std::array sse_token_methods{Method{"POST", post_sse_token}};
constexpr std::array session_methods{Method{"POST", post_session}};
constexpr std::array stream_methods{Method{"GET", get_stream}};
constexpr std::array events_methods{Method{"POST", post_events}};
constexpr std::array cursor_methods{Method{"GET", get_cursor}};
constexpr std::array connections_methods{Method{"GET", get_connections}, Method{"DELETE", delete_connections}};
constexpr std::array connection_methods{Method{"DELETE", delete_connection}};
constexpr std::array connection_token_methods{Method{"POST", post_connection_token}};
constexpr std::array presence_methods{Method{"GET", get_presence}};
constexpr std::array health_methods{Method{"GET", get_health}};
constexpr std::array readiness_methods{Method{"GET", get_readiness}};
constexpr std::array metrics_methods{Method{"GET", get_metrics}};
constexpr std::array openapi_methods{Method{"GET", get_openapi}};
constexpr std::array demo_methods{Method{"GET", get_demo}};
constexpr std::array dev_token_methods{Method{"POST", post_dev_token}};

constexpr std::array routes{
    Route{"/api/v1/auth/sse-token", Audience::users, sse_token_methods},
    Route{"/api/v1/events/session", Audience::users, session_methods},
    Route{"/api/v1/events/stream", Audience::users, stream_methods},
    Route{"/api/v1/events", Audience::users, events_methods},
    Route{"/api/v1/events/cursor", Audience::users, cursor_methods},
    Route{"/api/v1/connections", Audience::operators, connections_methods},
    Route{"/api/v1/connections/{connection_id}", Audience::operators, connection_methods},
    Route{"/api/v1/connections/{connection_id}/token", Audience::users, connection_token_methods},
    Route{"/api/v1/presence", Audience::operators, presence_methods},
    Route{"/healthz", Audience::both, health_methods},
    Route{"/readyz", Audience::both, readiness_methods},
    Route{"/metrics", Audience::operators, metrics_methods},
    Route{"/openapi.json", Audience::both, openapi_methods},
    Route{"/", Audience::developers, demo_methods},
    Route{"/demo.js", Audience::developers, demo_methods},
    Route{"/demo.css", Audience::developers, demo_methods},
    Route{"/dev/token", Audience::developers, dev_token_methods},
};

constexpr std::string_view placeholder = "{connection_id}";

std::optional<std::string> matched(const Route& route, std::string_view path) {
  const auto at = route.path.find(placeholder);
  if (at == std::string_view::npos) return route.path == path ? std::optional(std::string()) : std::nullopt;
  const std::string_view before = route.path.substr(0, at);
  const std::string_view after = route.path.substr(at + placeholder.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view segment = path.substr(before.size(), path.size() - before.size() - after.size());
  if (segment.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(segment);
}

}  // namespace

std::optional<Match> find_route(std::string_view path) {
  for (const Route& route : routes) {
    if (auto parameter = matched(route, path)) return Match{&route, std::move(*parameter)};
  }
  return std::nullopt;
}

std::string methods_of(const Route& route) {
  std::string names;
  for (const Method& method : route.methods) {
    if (!names.empty()) names += ", ";
    names += method.name;
    if (method.name == "GET") names += ", HEAD";
  }
  return names;
}

std::span<const Route> all_routes() { return routes; }

}  // namespace tidings::api
