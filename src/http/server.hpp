// HTTP/1.1 and HTTP/1.0 on one shard's listeners (RFC 9112), strict as SPEC §7 says.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "http/exchange.hpp"
#include "net/reactor.hpp"
#include "observe/metrics.hpp"
#include "platform/descriptor.hpp"

namespace tidings::http {

// Named bounds on what a stranger can make a server hold. Read at each use, so that a reload takes effect at once.
struct ServerLimits {
  std::atomic<std::size_t> header_bytes{16 * 1024};  // request line and fields together
  std::atomic<std::size_t> header_fields{64};
  std::atomic<Milliseconds> request_time{Seconds{10}};           // for a head, and for a body that is read whole
  std::atomic<Milliseconds> idle_time{Seconds{75}};              // between requests
  std::atomic<Milliseconds> write_timeout{Seconds{60}};          // a peer that takes no byte for this long is closed
  std::atomic<std::size_t> connections{16'000};                  // in all shards together
  static constexpr std::size_t discard_bytes = 8 * 1024 * 1024;  // read of a refused request before closing
  static constexpr Milliseconds discard_time{Seconds{5}};
  static constexpr Milliseconds body_silence{Seconds{60}};  // for bodies read as they arrive
};

// Connections of all shards together.
struct ConnectionCount {
  std::atomic<std::size_t> open{0};
};

class Server {
 public:
  Server(net::Reactor& reactor, Handler& handler, const ServerLimits& limits, ConnectionCount& count,
         observe::Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Starts accepting. The descriptor is one of a `net::Listener`'s; where several shards share it, each watches it.
  [[nodiscard]] Result<void> listen(int listening_socket);

  // Connections that are neither streaming nor in the middle of a request are closed, the others after their answer;
  // queued and new connections are still accepted and answered (503 by the handler) with `Connection: close`.
  void drain();
  // Closes everything at once.
  void close();
  [[nodiscard]] std::size_t open_connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::http
