// The exchange of one HTTP/1 request: what a handler holds of a connection until it has answered, and what remains when
// the connection is gone. Belongs to the connection's shard; only letting go of it is allowed elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"

namespace tidings::http {

class Connection;

class RequestExchange final : public Exchange {
 public:
  RequestExchange(Connection& connection, net::Reactor& reactor, Request request, MonotonicTime began)
      : connection_(&connection), reactor_(reactor), request_(std::move(request)), began_(began) {}

  [[nodiscard]] const Request& request() const override { return request_; }
  [[nodiscard]] net::Reactor& reactor() const override { return reactor_; }
  [[nodiscard]] bool closed() const override { return left_ == Left::gone; }
  void read_body(std::size_t limit, std::function<void(Result<std::string>)> done) override;
  void stream_body(BodyConsumer& consumer) override;
  void pause_body(bool paused) override;
  void drop_body() override;
  void respond(Response response) override;
  [[nodiscard]] ResponseStream* respond_stream(Response head, StreamConsumer& consumer) override;

  // The connection's side from here on.
  enum class Demand : std::uint8_t { none, whole, streamed };
  [[nodiscard]] Demand demand() const { return demand_; }
  [[nodiscard]] bool paused() const { return paused_; }
  // Whether the next bytes of the body, or its end, have somewhere to go.
  [[nodiscard]] bool wants_body() const { return demand_ != Demand::none && !paused_; }
  // Whether the body is known to be longer than what would be taken of it.
  [[nodiscard]] bool over_limit() const {
    return demand_ == Demand::whole && request_.content_length.value_or(0) > limit_;
  }
  // A body that can't be taken, whatever comes of it: says so, and returns true.
  bool refuse_body();
  void take_body(std::string_view bytes);
  void end_body();
  void fail_body(const Error& error);
  [[nodiscard]] MonotonicTime began() const { return began_; }

  // Why an exchange no longer has a connection.
  enum class Left : std::uint8_t {
    attached,
    answered,  // with its body read whole, or none
    unread,    // answered, and what is left of its body can't be read any more
    gone,      // the peer
  };
  // The connection is done with this exchange. A peer that is gone is told to whoever waits for the body.
  void detach(Left why);

 private:
  void tell_later();

  Connection* connection_;
  net::Reactor& reactor_;
  Request request_;
  MonotonicTime began_;
  std::size_t limit_ = 0;
  std::string whole_;
  std::function<void(Result<std::string>)> done_;
  BodyConsumer* consumer_ = nullptr;
  Demand demand_ = Demand::none;
  Left left_ = Left::attached;
  bool paused_ = false;
  bool answered_ = false;
};

}  // namespace tidings::http
