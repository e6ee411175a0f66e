#include "api/router.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/append_queue.hpp"
#include "api/call.hpp"
#include "api/cors.hpp"
#include "api/counters.hpp"
#include "api/routes.hpp"

namespace tidings::api {

struct Router::Impl {
  Impl(Services& services_in, Side side_in)
      : services(services_in),
        side(side_in),
        cors(services_in.settings.cors_origins),
        counters(services_in.metrics),
        appends(services_in.log) {}

  [[nodiscard]] bool answers_here(Audience audience) const {
    switch (audience) {
      case Audience::users:
        return side == Side::everyone;
      case Audience::operators:
        return side == Side::admin || !services.settings.separate_admin;
      case Audience::developers:
        return side == Side::everyone && services.settings.dev;
      case Audience::both:
        break;
    }
    return true;
  }

  // Every method anywhere, for "OPTIONS *" (RFC 9110 §9.3.7).
  void answer_about_server(const Call& call) const {
    call.respond(cors.preflight(call.request(), "GET, HEAD, POST, DELETE"));
  }

  Services& services;
  Side side;
  Cors cors;
  Counters counters;
  AppendQueue appends;
};

Router::Router(Services& services, Side side) : impl_(std::make_unique<Impl>(services, side)) {}
Router::~Router() = default;

void Router::handle(http::ExchangePtr exchange) {
  const http::Request& request = exchange->request();
  auto match = find_route(request.path);
  Call call(impl_->services, impl_->cors, impl_->counters, impl_->appends, exchange,
            match ? std::move(match->parameter) : std::string());

  if (impl_->services.settings.dev) {
    if (auto good = check_development(request, impl_->cors); !good) return call.refuse(good.error());
  }
  if (request.path == "*") return impl_->answer_about_server(call);
  if (!match || !impl_->answers_here(match->route->audience)) {
    return call.refuse({ErrorCode::not_found, "no resource has this path"});
  }
  const std::string methods = methods_of(*match->route);
  if (request.method == "OPTIONS") return call.respond(impl_->cors.preflight(request, methods));
  std::string_view method = request.method;
  if (method == "HEAD") method = "GET";
  const auto known = std::find_if(match->route->methods.begin(), match->route->methods.end(),
                                  [&](const Method& candidate) { return candidate.name == method; });
  if (known == match->route->methods.end()) {
    http::Response response =
        http::problem_response({ErrorCode::method_not_allowed, "this resource answers " + methods});
    response.set("Allow", methods + ", OPTIONS");
    return call.refuse_with(ErrorCode::method_not_allowed, std::move(response));
  }
  known->answer(std::move(call));
}

void Router::decorate(const http::Request& request, http::Response& response) {
  impl_->cors.decorate(request, response);
}

void Router::on_refused(ErrorCode code) { impl_->counters.refused(code); }

}  // namespace tidings::api
