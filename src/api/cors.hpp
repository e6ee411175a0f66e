// Cross-origin requests (WHATWG Fetch §3.2) of an exact allow-list of origins, and the checks of a development hub
// (SPEC §7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace tidings::api {

class Cors {
 public:
  // Exact, as browsers send them, e.g. "https://app.example". The list outlives this.
  explicit Cors(const std::vector<std::string>& origins) : origins_(origins) {}

  // What every answer carries, errors included: `Vary: Origin` wherever origins are configured, and to an allowed
  // origin the fields that let its page read the answer. Twice is the same as once.
  void decorate(const http::Request& request, http::Response& response) const;
  // The answer to OPTIONS; `methods` as "GET, HEAD". A foreign or no preflight learns only `Allow`.
  [[nodiscard]] http::Response preflight(const http::Request& request, std::string_view methods) const;
  [[nodiscard]] bool allows(std::string_view origin) const;

 private:
  [[nodiscard]] std::optional<std::string_view> allowed_origin(const http::Request& request) const;

  const std::vector<std::string>& origins_;
};

// What a development hub refuses, since it signs tokens for the asking: names that another site may have bound to this
// machine (`host_forbidden`), other sites' pages (`origin_forbidden`), and requests that came through a proxy
// (`forwarded_forbidden`). A preflight's origin is left to `Cors::preflight`.
[[nodiscard]] Result<void> check_development(const http::Request& request, const Cors& cors);

// Whether any field says that the request came through a proxy.
[[nodiscard]] bool forwarded(const http::Request& request);

}  // namespace tidings::api
