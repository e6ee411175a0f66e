// For tests: a real server on loopback with a clock that stands still, a handler that does what the test says, and
// clients that speak raw bytes. Everything runs on the test's thread: whoever waits turns the reactor.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "net/listener.hpp"

namespace tidings::http {

// A consumer of a response stream that notes what it hears.
struct StreamListener final : StreamConsumer {
  void on_writable() override {
    ++writable;
    if (when_writable) when_writable();
  }
  void on_closed() override { ++closed; }
  std::function<void()> when_writable;
  int writable = 0;
  int closed = 0;
};

// A consumer of a body that notes what it hears.
struct BodyListener final : BodyConsumer {
  void on_body(std::string_view bytes) override {
    body.append(bytes);
    if (when_body) when_body();
  }
  void on_body_end() override {
    ++ended;
    if (when_ended) when_ended();
  }
  void on_body_error(const Error& error) override { errors.push_back(error.code); }
  std::function<void()> when_body;
  std::function<void()> when_ended;
  std::string body;
  int ended = 0;
  std::vector<ErrorCode> errors;
};

class ServerTest : public testing::Test, public Handler {
 public:
  ServerTest() {
    bound_ = std::move(*net::listen(*net::ListenAddress::parse("127.0.0.1:0"), 1));
    server_ = std::make_unique<Server>(reactor_, *this, limits_, count_, metrics_);
    EXPECT_TRUE(server_->listen(bound_.sockets.front().get()));
  }

  void handle(ExchangePtr exchange) override {
    requests_.push_back(exchange->request());
    on_request_(exchange);
  }
  void decorate(const Request& request, Response& response) override {
    response.set("X-Decorated", std::string(request.fields.get("Origin").value_or("nobody")));
  }
  void on_refused(ErrorCode code) override { refused_.push_back(code); }

  // Turns until `done`, as long as something can still happen.
  template <typename Condition>
  bool turn_until(Condition done) {
    for (int turns = 0; turns < 2000; ++turns) {
      if (done()) return true;
      reactor_.run_once(Milliseconds{1});
    }
    return done();
  }
  void turn(int turns = 20) {
    while (turns-- > 0) reactor_.run_once(Milliseconds{0});
  }
  void pass(Milliseconds time) {
    turn();
    clock_.advance(time);
    turn();
  }

  class Client {
   public:
    explicit Client(ServerTest& test, int receive_buffer = 0) : test_(test) {
      socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM, 0));
      if (receive_buffer > 0) {
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
      }
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const std::string& bound = test.bound_.bound;
      address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1))));
      EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
      ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    }

    // Everything, turning the server where it has to take some first; false where it takes no more.
    bool send(std::string_view bytes) {
      return test_.turn_until([&] {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
        return bytes.empty() || (sent < 0 && errno != EAGAIN);
      }) && bytes.empty();
    }
    void finish() { ::shutdown(socket_.get(), SHUT_WR); }
    // Both in one packet, so that the server is told of both at once.
    void send_and_finish(std::string_view bytes) {
      EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_MORE),
                static_cast<ssize_t>(bytes.size()));
      finish();
    }
    void close() { socket_.reset(); }
    // Closes without an orderly end, as a machine that has crashed and come back does.
    void break_off() {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close();
    }
    // Reads what is there; `ended` and `reset` say what else.
    void read() {
      std::array<char, 65536> buffer{};
      for (;;) {
        const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got > 0) {
          received.append(buffer.data(), static_cast<std::size_t>(got));
          continue;
        }
        if (got == 0) ended = true;
        if (got < 0 && errno != EAGAIN) reset = true;
        return;
      }
    }
    // What has been received once it holds `text` (from where the last such call stopped).
    bool gets(std::string_view text) {
      return test_.turn_until([&] {
        read();
        const auto found = received.find(text, seen_);
        if (found == std::string::npos) return false;
        seen_ = found + text.size();
        return true;
      });
    }
    // Where the server sees it come from.
    [[nodiscard]] sockaddr_in address() const {
      sockaddr_in own{};
      socklen_t length = sizeof own;
      EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &length), 0);
      return own;
    }
    // In how many packets what it has received has come.
    [[nodiscard]] std::uint32_t packets() const {
      tcp_info info{};
      socklen_t length = sizeof info;
      EXPECT_EQ(::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &length), 0);
      return info.tcpi_data_segs_in;
    }
    bool sees_end() {
      return test_.turn_until([&] {
        read();
        return ended || reset;
      });
    }

    std::string received;
    bool ended = false;
    bool reset = false;

   private:
    ServerTest& test_;
    Descriptor socket_;
    std::size_t seen_ = 0;
  };

  static Response text(std::string body) {
    Response response;
    response.set("Content-Type", "text/plain");
    response.body = std::move(body);
    return response;
  }

  std::vector<ErrorCode> refused_;
  ManualClock clock_;
  net::Reactor reactor_{clock_};
  ServerLimits limits_;
  ConnectionCount count_;
  observe::Metrics metrics_;
  net::Listener bound_;
  std::vector<Request> requests_;
  // What handlers leave behind; the server tells them of its end.
  StreamListener listener_;
  ResponseStream* stream_ = nullptr;
  BodyListener body_;
  ExchangePtr held_;
  std::function<void(ExchangePtr)> on_request_ = [](const ExchangePtr& exchange) { exchange->respond(text("hello")); };
  std::unique_ptr<Server> server_;
};

// A request with those fields, each with its CRLF, and that body.
inline std::string post(std::string_view fields, std::string_view body = {}) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

inline std::size_t write_text(ResponseStream& stream, std::string_view text) {
  const std::array pieces{iovec{const_cast<char*>(text.data()), text.size()}};
  return stream.write(pieces);
}

}  // namespace tidings::http
