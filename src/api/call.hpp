// One request on its way through a resource: what it needs, how it is answered, and how it comes back to its own thread
// after something elsewhere has been waited for.
//
//   void get_cursor(Call call) {
//     if (auto caller = authenticate_reader(call); !caller) return call.refuse(caller.error());
//     call.respond(json(200, {{"cursor", call.services().log.head().text()}}));
//   }
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/append_queue.hpp"
#include "api/cors.hpp"
#include "api/counters.hpp"
#include "api/services.hpp"
#include "http/exchange.hpp"

namespace tidings::api {

// Keeps the order of its members, as SPEC §1 writes them.
using Json = nlohmann::ordered_json;

// JSON that is nobody else's to keep: `Cache-Control: no-store`.
[[nodiscard]] http::Response json(int status, const Json& body);
[[nodiscard]] http::Response json_text(int status, std::string body);
[[nodiscard]] http::Response no_content();

// The two answers of a hub that can't serve now, with Retry-After.
[[nodiscard]] Error draining_error();
[[nodiscard]] Error unhealthy_store_error();

// Cheap to copy; keeps its exchange alive. Used on its exchange's reactor's thread only.
class Call {
 public:
  // `parameter`: what stands in the place of "{connection_id}" in the resource's path.
  Call(Services& services, const Cors& cors, Counters& counters, AppendQueue& appends, http::ExchangePtr exchange,
       std::string parameter = {});

  [[nodiscard]] const http::Request& request() const { return exchange_->request(); }
  [[nodiscard]] Services& services() const { return *services_; }
  [[nodiscard]] Counters& counters() const { return *counters_; }
  [[nodiscard]] const http::ExchangePtr& exchange() const { return exchange_; }
  [[nodiscard]] net::Reactor& reactor() const { return exchange_->reactor(); }
  [[nodiscard]] const std::string& parameter() const { return parameter_; }
  [[nodiscard]] WallTime now() const { return services_->clock.wall(); }
  // The client's address, behind trusted proxies (SPEC §8, `proxy.trusted`).
  [[nodiscard]] net::IpAddress client_address() const;

  // Hands events to the log, with what else is published in this turn; see AppendQueue.
  void append(std::vector<store::Event> events, AppendQueue::Done done) const;

  // What every answer carries, added to the head of one that begins now and ends later.
  [[nodiscard]] http::Response decorated(http::Response head) const;
  // The answer, once.
  void respond(http::Response response) const;
  void refuse(const Error& error) const;
  // A refusal that says more than its problem document.
  void refuse_with(ErrorCode code, http::Response response) const;

  // `next`, made safe to call from any thread: it runs on this request's own, at once where that is the caller's.
  template <typename Next>
  [[nodiscard]] auto on_own_thread(Next next) const {
    return [exchange = exchange_, home = std::this_thread::get_id(), next = std::move(next)](auto result) mutable {
      if (std::this_thread::get_id() == home) return next(std::move(result));
      net::Reactor& reactor = exchange->reactor();
      reactor.post([exchange = std::move(exchange), next = std::move(next), result = std::move(result)]() mutable {
        next(std::move(result));
      });
    };
  }

 private:
  Services* services_;
  const Cors* cors_;
  Counters* counters_;
  AppendQueue* appends_;
  http::ExchangePtr exchange_;
  std::string parameter_;
};

}  // namespace tidings::api
