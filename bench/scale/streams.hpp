// One thread's share of very many streams: opens them, reads them, and counts. Each thread has a descriptor table of
// its own (close_range(2)) and source addresses of its own, since a table has some 20,000 descriptors and a pair of
// addresses 28,000 ports.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::bench {

// What all threads found, to be read at any time.
struct Findings {
  std::atomic<std::uint64_t> greeted{0};     // streams that had their `hello`
  std::atomic<std::uint64_t> pinged{0};      // streams that had a `ping`
  std::atomic<std::uint64_t> deliveries{0};  // events, each the next one of its stream

  // The first thing that went wrong; nothing is opened after it.
  void fail(const std::string& why);
  [[nodiscard]] std::string failure() const;
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::string failure_;
};

struct Target {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::string secret;      // signs the streams' access tokens, HS256
};

class StreamThread {
 public:
  // `number` names its users and its source addresses.
  StreamThread(std::size_t number, const Target& target, Findings& findings);
  ~StreamThread();
  StreamThread(const StreamThread&) = delete;
  StreamThread& operator=(const StreamThread&) = delete;

  // From any thread: so many streams in all.
  void open(std::size_t streams) { wanted_ = streams; }

 private:
  struct Stream {
    int fd = -1;
    std::uint32_t received = 0;  // the number of the last event
    bool asked = false;
    bool greeted = false;
    bool pinged = false;
    bool ended = false;
    std::string unread;  // the start of a line
  };

  void run();
  void turn();
  void connect();
  void ask(std::size_t index);
  void read(std::size_t index);
  void take(Stream& stream, std::string_view bytes);
  void take_line(Stream& stream, std::string_view line);
  void end(Stream& stream, const std::string& why);

  const std::size_t number_;
  const Target& target_;
  Findings& findings_;
  std::atomic<std::size_t> wanted_{0};
  std::atomic<bool> over_{false};
  int epoll_ = -1;
  std::vector<Stream> streams_;
  std::size_t greeted_ = 0;
  std::thread thread_;
};

}  // namespace tidings::bench
