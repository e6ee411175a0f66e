// Every path that the hub answers, with its methods and where it is to be found.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/call.hpp"

namespace tidings::api {

// Where a resource answers. With `admin.listen`, `operators` means that listener and `users` the others; without it
// there is one listener, and all answer there.
enum class Audience : std::uint8_t { users, operators, both, developers };

struct Method {
  std::string_view name;
  void (*answer)(Call call);
};

struct Route {
  std::string_view path;  // "{connection_id}" stands for one segment
  Audience audience;
  std::span<const Method> methods;
};

struct Match {
  const Route* route;
  std::string parameter;  // what stands for "{connection_id}"
};

// The paths are exact: a trailing slash is another path.
[[nodiscard]] std::optional<Match> find_route(std::string_view path);

// "GET, HEAD, POST": what the route answers beside OPTIONS.
[[nodiscard]] std::string methods_of(const Route& route);

[[nodiscard]] std::span<const Route> all_routes();

}  // namespace tidings::api
