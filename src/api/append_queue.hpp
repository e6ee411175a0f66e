// What one shard's publishers hand to the log: all that they publish in one turn of the reactor goes over together, and
// is answered together. A shard and the log's thread so wake each other once a turn, and not once a request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "net/reactor.hpp"
#include "store/event_log.hpp"

namespace tidings::api {

// Lives on one shard. What has not been answered when it goes is stored all the same, and answered to nobody.
class AppendQueue {
 public:
  using Done = std::function<void(const store::EventLog::Stored&)>;

  // No turn gathers more requests, or bytes of events, than these before it hands them over.
  static constexpr std::size_t most_requests = 256;
  static constexpr std::size_t most_bytes = 1024 * 1024;

  explicit AppendQueue(store::EventLog& log) : log_(log) {}
  ~AppendQueue() { flush(); }
  AppendQueue(const AppendQueue&) = delete;
  AppendQueue& operator=(const AppendQueue&) = delete;

  // As `EventLog::append`; `done` is called on this thread, which is `reactor`'s, and not from within.
  void append(net::Reactor& reactor, std::vector<store::Event> events, Done done);

 private:
  void flush();

  store::EventLog& log_;
  net::Reactor* reactor_ = nullptr;
  std::vector<std::vector<store::Event>> requests_;
  std::vector<Done> done_;
  std::size_t bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // who comes back later asks whether this is still here
};

}  // namespace tidings::api
