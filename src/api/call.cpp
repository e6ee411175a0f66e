#include "api/call.hpp"

#include "http/forwarded.hpp"

namespace tidings::api {

http::Response json(int status, const Json& body) {
  // What can't be UTF-8 was refused on its way in; replacing is for what an operator's own tools may have stored.
  return json_text(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

http::Response json_text(int status, std::string body) {
  http::Response response = http::json_response(status, std::move(body));
  response.set("Cache-Control", "no-store");
  return response;
}

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

Error draining_error() { return {ErrorCode::draining, "connect to another node, or a little later", Seconds{1}}; }

Error unhealthy_store_error() {
  return {ErrorCode::store_unavailable, "the event log can't be used; see the hub's own log", Seconds{1}};
}

Call::Call(Services& services, const Cors& cors, Counters& counters, AppendQueue& appends, http::ExchangePtr exchange,
           std::string parameter)
    : services_(&services),
      cors_(&cors),
      counters_(&counters),
      appends_(&appends),
      exchange_(std::move(exchange)),
      parameter_(std::move(parameter)) {}

net::IpAddress Call::client_address() const {
  return http::client_address(request().peer, services_->settings.trusted_proxies, request().fields);
}

void Call::append(std::vector<store::Event> events, AppendQueue::Done done) const {
  appends_->append(reactor(), std::move(events), std::move(done));
}

http::Response Call::decorated(http::Response head) const {
  cors_->decorate(request(), head);
  return head;
}

void Call::respond(http::Response response) const { exchange_->respond(decorated(std::move(response))); }

void Call::refuse(const Error& error) const { refuse_with(error.code, http::problem_response(error)); }

void Call::refuse_with(ErrorCode code, http::Response response) const {
  counters_->refused(code);
  respond(std::move(response));
}

}  // namespace tidings::api
