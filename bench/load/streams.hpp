// Many SSE streams in one thread: opens them, and checks that each event reached each stream once and in order.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "delays.hpp"
#include "options.hpp"
#include "poller.hpp"
#include "requests.hpp"
#include "stream_reader.hpp"

namespace tidings::bench {

class Streams {
 public:
  Streams(Poller& poller, const Options& options);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // Opens streams, some at a time, until there are `count` and each has been greeted.
  void open(std::size_t count);
  // Signs the tokens of `count` streams, then opens these at once when told, and returns when all are greeted.
  void prepare(std::size_t count);
  void open_prepared();

  // The next event of this publisher, from 0 on, which every stream is from now on expected to receive.
  [[nodiscard]] std::string next_event(std::size_t publisher);
  // Waits until each stream has received all, and a moment longer, since nothing may follow.
  void await_all();
  // Until each stream has received so many that another process has published.
  void await(std::uint64_t events);
  // From now on nothing is read, or all that came meanwhile.
  void pause();
  void go_on();

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  // When the last event was read.
  [[nodiscard]] std::uint64_t last_delivery() const { return last_delivery_; }
  [[nodiscard]] Delays& delays() { return delays_; }

 private:
  class Stream;

  void open(std::size_t count, std::size_t at_a_time);
  void connect();
  void take(Stream& stream, const StreamEvent& event);
  void greet(Stream& stream);
  void await_deliveries(std::uint64_t count);

  Poller& poller_;
  const Options& options_;
  Requests requests_;
  std::deque<Stream> streams_;
  std::vector<std::string> tokens_;     // prepared, by the stream's number
  std::vector<char> buffer_;            // what is read from any of them
  std::vector<std::uint64_t> numbers_;  // of the last event, by publisher
  std::uint64_t expected_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t now_ = 0;  // when anything was read last
  std::uint64_t last_delivery_ = 0;
  std::size_t greeted_ = 0;
  bool paused_ = false;
  Delays delays_;
};

}  // namespace tidings::bench
