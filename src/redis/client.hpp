// A connection to the primary of a Redis or Valkey that is made again whenever it is lost, and what is sent over it.
// Commands are pipelined: sent in the order given, answered in that order. Each is answered exactly once, with the
// server's reply or with why there is none, and is never sent a second time.
//
//   Client client(reactor, random, metrics, {.address = address, .name = "log"}, listener);
//   client.start();
//   client.command({"GET", key}, [](CommandResult result) { ... });
//
// Lives on its reactor's thread, where all that it calls is called. A blocking command (XREAD BLOCK) holds up those
// behind it in the server: give it a client of its own, and a time-out longer than it blocks.
//
// A link that is cut is noticed by the kernel, which probes it while nothing is sent, a server that hangs by time-outs
// and, while nothing is pending, by pings. A primary that has become a replica is left as soon as it says so.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "errors/error.hpp"
#include "net/reactor.hpp"
#include "observe/metrics.hpp"
#include "platform/random.hpp"
#include "redis/address.hpp"
#include "redis/reply.hpp"
#include "redis/resolver.hpp"

namespace tidings::redis {

struct ClientSettings {
  Address address;
  // What this connection is for: a constant, in the server's CLIENT LIST as "tidings-<name>", in logs and as a label.
  std::string name;
  Milliseconds connect_timeout{2'000};  // for finding a server, and again for connecting and introducing itself
  Milliseconds command_timeout{5'000};  // from `command` to its reply
  Milliseconds ping_interval{1'000};    // while nothing is pending
  Milliseconds link_timeout{3'000};     // without a sign of life from the other end's kernel, or an answer to a ping
  Milliseconds first_backoff{50};       // doubled with each failed attempt; half of it is left to chance
  Milliseconds most_backoff{2'000};
  std::size_t most_pending = 16 * 1024;               // commands without a reply
  std::size_t most_pending_bytes = 64 * 1024 * 1024;  // of commands that the socket has not yet taken
  ReplyLimits reply_limits{};
  Resolver::LookUp look_up = redis::look_up;  // of hosts that are names
};

// Why there is no reply: `store_unavailable`, or `overloaded` where too much is pending already. A detail for
// operators.
struct CommandError : Error {
  // The server may have executed the command all the same; where false, it certainly has not.
  bool perhaps_executed = false;
};

// An error that the server replied is a reply.
using CommandResult = tl::expected<Reply, CommandError>;
// May use the client, but not destroy it.
using Answer = std::function<void(CommandResult)>;

class ClientListener {
 public:
  // Commands are taken from now on: the server is a primary, and has accepted user, password and database.
  virtual void on_connected() = 0;
  // After this, commands are refused; those that were pending are answered next. Once for each `on_connected`.
  virtual void on_disconnected(std::string_view reason) = 0;

 protected:
  ~ClientListener() = default;
};

class Client {
 public:
  Client(net::Reactor& reactor, Random& random, observe::Metrics& metrics, ClientSettings settings,
         ClientListener& listener);
  // As `stop`.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Connects, and from now on again after each loss, until `stop`.
  void start();
  // Closes, at once. What was pending is answered with an error; `on_disconnected` is told where it was connected.
  void stop();

  // `words` (one at least) are copied. Where the command can't be sent (not connected, or too much pending), `done` is
  // called before this returns. One that isn't answered within `timeout` (else `command_timeout`) costs the connection.
  void command(std::span<const std::string_view> words, Answer done,
               std::optional<Milliseconds> timeout = std::nullopt);
  void command(std::initializer_list<std::string_view> words, Answer done,
               std::optional<Milliseconds> timeout = std::nullopt) {
    command(std::span(words.begin(), words.size()), std::move(done), timeout);
  }

  [[nodiscard]] bool connected() const;
  // The server that it is connected to, "127.0.0.1:6379"; empty where it is not.
  [[nodiscard]] std::string_view server() const;
  [[nodiscard]] std::size_t pending() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::redis
