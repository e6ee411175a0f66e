// Which resource answers a request: methods, CORS, the checks of a development hub, and what every resource shares. One
// file a resource stands beside this one.
#pragma once

#include <memory>

#include "api/services.hpp"
#include "http/exchange.hpp"

namespace tidings::api {

// Which listener a request came in by (SPEC §1.7, `admin.listen`).
enum class Side : std::uint8_t { everyone, admin };

class Router final : public http::Handler {
 public:
  Router(Services& services, Side side);
  ~Router();
  void handle(http::ExchangePtr exchange) override;
  void decorate(const http::Request& request, http::Response& response) override;
  void on_refused(ErrorCode code) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::api
