// All connections of one server on one shard: owns them, gives them turns so that none starves the others, and buries
// those that have ended. What they share stands here once: the receive buffer, the date, limits and counters.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "http/exchange.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"
#include "net/address.hpp"
#include "net/reactor.hpp"
#include "observe/metrics.hpp"
#include "platform/descriptor.hpp"
#include "platform/slab.hpp"

namespace tidings::http {

class Connection;

// What a server counts.
struct ServerProbe {
  explicit ServerProbe(observe::Metrics& metrics);
  observe::Gauge& open;
  observe::Counter& accepted;
  observe::Counter& refused;
  observe::Counter& malformed;
  observe::Counter& exhausted;
  std::array<observe::Counter*, 5> answered;  // 1xx … 5xx
};

class ConnectionTable final : private net::SlicedWork {
 public:
  static constexpr std::size_t receive_bytes = 16 * 1024;
  static constexpr std::size_t turns_per_slice = 64;
  // Connections over the limit that may linger, so that their clients read the refusal; those above are just closed.
  static constexpr std::size_t lingering_refusals = 128;

  ConnectionTable(net::Reactor& reactor, Handler& handler, const ServerLimits& limits, ConnectionCount& count,
                  observe::Metrics& metrics);
  ~ConnectionTable();
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  // A connection that has just been accepted and has its socket's options; over the limit it is answered 503.
  void open(Descriptor socket, const net::IpAddress& peer);
  // Another turn for `connection`, soon and not from within the caller.
  void kick(Connection& connection);
  // Deletes `connection` at the end of this turn, after it has said that it is closed.
  void bury(Connection& connection);

  void drain();
  void close();
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  [[nodiscard]] net::Reactor& reactor() const { return reactor_; }
  [[nodiscard]] Handler& handler() const { return handler_; }
  [[nodiscard]] const ServerLimits& limits() const { return limits_; }
  [[nodiscard]] ServerProbe& probe() { return probe_; }
  [[nodiscard]] std::string_view date() { return date_.at(reactor_.wall()); }
  // Only one connection reads at a time, and none keeps what it has not copied.
  [[nodiscard]] std::span<char> receive_buffer() { return receive_buffer_; }
  // An empty text to put a response's head together in: until the next call, by whichever connection.
  [[nodiscard]] std::string& head_room() {
    head_room_.clear();
    return head_room_;
  }

 private:
  bool run_slice() override;
  void bury_all();

  net::Reactor& reactor_;
  Handler& handler_;
  const ServerLimits& limits_;
  ConnectionCount& count_;
  ServerProbe probe_;
  HttpDate date_;
  std::vector<char> receive_buffer_;
  std::string head_room_;
  Slab<Connection> places_;
  std::vector<Connection*> connections_;  // each knows its index
  std::deque<Connection*> ready_;
  std::vector<Connection*> dead_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // deferred burials may come after the table's end
  bool draining_ = false;
};

}  // namespace tidings::http
