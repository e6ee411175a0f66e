// An exchange without a socket: a request made by hand, and all that was answered.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/exchange.hpp"

namespace tidings::api::testing {

// Takes bytes up to a budget that the test gives.
class RecordedStream final : public http::ResponseStream {
 public:
  [[nodiscard]] http::Framing framing() const override { return framing_; }
  [[nodiscard]] std::size_t write(std::span<const iovec> pieces) override {
    std::size_t taken = 0;
    for (const iovec& piece : pieces) {
      const std::size_t some = std::min(piece.iov_len, budget);
      bytes.append(static_cast<const char*>(piece.iov_base), some);
      budget -= some;
      taken += some;
      if (some < piece.iov_len) break;
    }
    return taken;
  }
  [[nodiscard]] Milliseconds unacknowledged_for() const override { return {}; }
  [[nodiscard]] const net::IpAddress& peer() const override { return peer_; }
  void end() override { ended = true; }
  void abort() override { aborted = true; }

  std::string bytes;
  std::size_t budget = SIZE_MAX;
  bool ended = false;
  bool aborted = false;
  http::Framing framing_ = http::Framing::identity;
  net::IpAddress peer_;
};

class RecordedExchange final : public http::Exchange {
 public:
  RecordedExchange(net::Reactor& reactor, http::Request request) : reactor_(reactor), request_(std::move(request)) {}

  [[nodiscard]] const http::Request& request() const override { return request_; }
  [[nodiscard]] net::Reactor& reactor() const override { return reactor_; }
  [[nodiscard]] bool closed() const override { return gone; }

  void read_body(std::size_t limit, std::function<void(Result<std::string>)> done) override {
    reactor_.post([self = shared_from_this(), this, limit, done = std::move(done)] {
      if (body.size() > limit) return done(fail(ErrorCode::body_too_large, "the body is too large"));
      done(body);
    });
  }
  void stream_body(http::BodyConsumer& consumer) override { body_consumer = &consumer; }
  void pause_body(bool now_paused) override { paused = now_paused; }
  void drop_body() override { dropped = true; }

  void respond(http::Response response) override { answers.push_back(std::move(response)); }
  [[nodiscard]] http::ResponseStream* respond_stream(http::Response head, http::StreamConsumer& consumer) override {
    if (gone) return nullptr;
    respond(std::move(head));
    stream_consumer = &consumer;
    return &stream;
  }

  [[nodiscard]] const http::Response& answer() const { return answers.at(0); }
  [[nodiscard]] int status() const { return answers.empty() ? 0 : answer().status; }
  // Every value of a field, joined by "|"; nothing where it is absent.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const {
    std::optional<std::string> joined;
    for (const auto& [known, value] : answer().fields) {
      if (!http::equal_ignoring_case(known, name)) continue;
      joined = joined ? *joined + "|" + std::string(value) : std::string(value);
    }
    return joined;
  }

  std::string body;
  bool gone = false;
  std::vector<http::Response> answers;
  http::BodyConsumer* body_consumer = nullptr;
  http::StreamConsumer* stream_consumer = nullptr;
  RecordedStream stream;
  bool paused = false;
  bool dropped = false;

 private:
  net::Reactor& reactor_;
  http::Request request_;
};

}  // namespace tidings::api::testing
