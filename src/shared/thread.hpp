// A reactor with a thread of its own: what the shared log and the shared sessions speak to Redis on.
#pragma once

#include <functional>
#include <thread>

#include "net/reactor.hpp"

namespace tidings::shared {

class ReactorThread {
 public:
  explicit ReactorThread(const Clock& clock) : reactor_(clock) {}
  ~ReactorThread() { stop(); }
  ReactorThread(const ReactorThread&) = delete;
  ReactorThread& operator=(const ReactorThread&) = delete;

  [[nodiscard]] net::Reactor& reactor() { return reactor_; }
  void start() {
    thread_ = std::thread([this] { reactor_.run(); });
  }
  // After this turn.
  void stop() {
    reactor_.stop();
    if (thread_.joinable()) thread_.join();
  }
  // Runs `task` there, and returns once it is done. Not from the thread itself.
  void run(const std::function<void()>& task);

 private:
  net::Reactor reactor_;
  std::thread thread_;
};

}  // namespace tidings::shared
