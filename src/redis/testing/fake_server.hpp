// A server on loopback that answers as a test tells it to, byte by byte where it must. Turned by the test, on the
// reactor's own thread.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/listener.hpp"
#include "net/socket.hpp"
#include "redis/address.hpp"
#include "redis/reply_reader.hpp"

namespace tidings::redis::testing {

using Words = std::vector<std::string>;

inline std::string bulk(std::string_view text) {
  return '$' + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

inline std::string bulks(const Words& texts) {
  std::string array = '*' + std::to_string(texts.size()) + "\r\n";
  for (const std::string& text : texts) array += bulk(text);
  return array;
}

// What HELLO is answered with.
inline std::string greeting(const std::string& role = "master", const std::string& mode = "standalone") {
  return bulks({"server", "redis", "version", "7.0.15", "mode", mode, "role", role});
}

class FakeServer {
 public:
  // The bytes of a command's reply; nothing where it is to wait.
  using Script = std::function<std::optional<std::string>(const Words&)>;

  FakeServer() { listen("127.0.0.1:0"); }

  [[nodiscard]] HostPort where() const {
    return {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(bound_.substr(bound_.rfind(':') + 1)))};
  }

  // Nobody is there any more; `listen_again` at the same address.
  void close() {
    drop();
    listener_.sockets.clear();
  }
  void listen_again() { listen(bound_); }

  // Ends all connections: as a process that exits, or without an orderly end.
  void drop() { connections_.clear(); }
  void reset() {
    for (auto& connection : connections_) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(connection->socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    drop();
  }

  // To the latest connection.
  void send(std::string_view bytes) { send(*connections_.back(), bytes); }

  // Accepts, reads and answers what there is.
  void turn() {
    if (listener_.sockets.empty()) return;
    for (;;) {
      net::Accepted accepted = net::accept_one(listener_.sockets.front().get());
      if (accepted.outcome != net::Accept::accepted) break;
      net::set_stream_options(accepted.socket.get(), Seconds{10});  // so that bytes leave one by one
      connections_.push_back(std::make_unique<Connection>(std::move(accepted.socket)));
      ++accepted_;
    }
    if (!reads) return;
    for (std::size_t at = 0; at < connections_.size(); ++at) serve(at);
  }

  [[nodiscard]] int accepted() const { return accepted_; }
  [[nodiscard]] std::size_t open() const { return connections_.size(); }

  // What was received after the greeting, and all.
  [[nodiscard]] Words verbs() const {
    Words first;
    for (const Words& words : received) first.push_back(words.front());
    return first;
  }

  bool reads = true;  // else what is sent stays in the kernel
  std::optional<std::string> hello = greeting();
  std::optional<std::string> select = "+OK\r\n";
  std::optional<std::string> ping = "+PONG\r\n";
  Script answer = [](const Words& words) { return bulk(words.back()); };
  std::vector<Words> greetings;  // HELLO, SELECT, PING
  std::vector<Words> received;   // all other commands

 private:
  struct Connection {
    explicit Connection(Descriptor accepted) : socket(std::move(accepted)) {}
    Descriptor socket;
    ReplyReader reader{ReplyLimits{}};  // commands are arrays, too
  };

  void listen(const std::string& at) {
    listener_ = std::move(*net::listen(*net::ListenAddress::parse(at), 1));
    bound_ = listener_.bound;
  }

  void serve(std::size_t at) {
    Connection& connection = *connections_[at];
    std::array<char, 65536> buffer{};
    const ssize_t got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
      connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
    if (got < 0) return;
    connection.reader.feed({buffer.data(), static_cast<std::size_t>(got)});
    while (auto command = connection.reader.next().value()) {
      Words words;
      for (const Reply& word : command->elements()) words.emplace_back(word.text());
      const auto reply = answer_to(words);
      if (at >= connections_.size() || connections_[at].get() != &connection) return;  // the script dropped it
      if (reply) send(connection, *reply);
    }
  }

  std::optional<std::string> answer_to(const Words& words) {
    const std::string& verb = words.front();
    const bool greets = verb == "HELLO" || verb == "SELECT" || verb == "PING";
    (greets ? greetings : received).push_back(words);
    if (verb == "HELLO") return hello;
    if (verb == "SELECT") return select;
    if (verb == "PING") return ping;
    return answer(words);
  }

  static void send(Connection& connection, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  net::Listener listener_;
  std::string bound_;
  std::vector<std::unique_ptr<Connection>> connections_;
  int accepted_ = 0;
};

}  // namespace tidings::redis::testing
