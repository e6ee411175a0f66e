// Many SSE streams in one thread: opens them, publishes, and checks that each event reached each stream once and in
// order. Every failure ends the process with status 1: a figure from a faulty run is worth nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "publisher.hpp"
#include "stream_reader.hpp"

namespace tidings::bench {

struct BroadcastResult {
  std::uint64_t deliveries = 0;
  double processor_seconds = 0;       // the server's, while it published and delivered
  std::vector<std::uint32_t> delays;  // of each delivery, from publishing to reading, in microseconds
};

class Load {
 public:
  explicit Load(const Options& options);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Opens streams until there are `count` and each has had its `hello`.
  void open(std::size_t count);
  // Reads what comes for so long.
  void stay(double seconds);
  // Publishes so many events for everyone at the rate asked for, and waits until each stream has each.
  BroadcastResult broadcast(std::uint64_t events);

 private:
  struct Stream {
    int fd = -1;
    bool connected = false;
    bool greeted = false;
    std::uint64_t received = 0;  // the number of the last event
    StreamReader reader;
  };

  void connect(std::size_t number);
  void ask(std::size_t number);
  void read(std::size_t number);
  void take(std::size_t number, const StreamEvent& event);
  // Waits for sockets, no longer than until `deadline` (of `now_nanoseconds`), and serves those that are ready.
  void serve(std::uint64_t deadline);

  const Options& options_;
  int epoll_;
  std::int64_t issued_at_;
  std::deque<Stream> streams_;
  std::size_t greeted_ = 0;
  std::optional<Publisher> publisher_;
  std::uint64_t published_ = 0;
  std::uint64_t delivered_ = 0;
  std::vector<std::uint32_t> delays_;
};

}  // namespace tidings::bench
