// An exchange without a network, whose response takes as many bytes as a test allows.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "events/testing/event_stream_parser.hpp"
#include "http/exchange.hpp"

namespace tidings::events::testing {

// Outlives the stream that it carries: a test looks at it afterwards.
class FakeResponse final : public http::ResponseStream {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] http::Framing framing() const override { return kind; }
  [[nodiscard]] std::size_t write(std::span<const iovec> pieces) override {
    ++writes;
    std::size_t taken = 0;
    for (const iovec& piece : pieces) {
      const std::size_t part = std::min(room, piece.iov_len);
      bytes.append(static_cast<const char*>(piece.iov_base), part);
      taken += part;
      if (room != unlimited) room -= part;
      full = part < piece.iov_len;
      if (full) break;
    }
    return taken;
  }
  [[nodiscard]] Milliseconds unacknowledged_for() const override { return unacknowledged; }
  [[nodiscard]] const net::IpAddress& peer() const override { return address; }
  void end() override { ended = true; }
  void abort() override { aborted = true; }

  // What the peer reads: whole frames only.
  [[nodiscard]] ReadStream read() const {
    if (kind == http::Framing::identity) return read_event_stream(bytes);
    return read_event_stream(without_chunks(bytes).value());
  }
  [[nodiscard]] bool gone() const { return ended || aborted; }
  // The transport takes bytes again.
  void give_room(std::size_t more) {
    room = more;
    if (full && !gone() && consumer != nullptr) {
      full = false;
      consumer->on_writable();
    }
  }

  http::Framing kind = http::Framing::chunked;
  http::StreamConsumer* consumer = nullptr;
  std::string bytes;
  std::size_t room = unlimited;
  std::size_t writes = 0;
  bool full = false;
  bool ended = false;
  bool aborted = false;
  Milliseconds unacknowledged{0};
  net::IpAddress address;
};

class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(net::Reactor& reactor, std::shared_ptr<FakeResponse> response)
      : reactor_(reactor), response_(std::move(response)) {}
  [[nodiscard]] const http::Request& request() const override { return request_; }
  [[nodiscard]] net::Reactor& reactor() const override { return reactor_; }
  [[nodiscard]] bool closed() const override { return peer_gone; }
  void read_body(std::size_t, std::function<void(Result<std::string>)>) override {}
  void stream_body(http::BodyConsumer&) override {}
  void pause_body(bool) override {}
  void drop_body() override {}
  void respond(http::Response response) override { answered = std::move(response); }
  [[nodiscard]] http::ResponseStream* respond_stream(http::Response head, http::StreamConsumer& consumer) override {
    answered = std::move(head);
    if (peer_gone) return nullptr;
    response_->consumer = &consumer;
    return response_.get();
  }

  bool peer_gone = false;
  std::optional<http::Response> answered;

 private:
  net::Reactor& reactor_;
  http::Request request_;
  std::shared_ptr<FakeResponse> response_;
};

}  // namespace tidings::events::testing
