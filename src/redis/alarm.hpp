// A timer that calls a function, for what waits for more than one thing.
#pragma once

#include <functional>
#include <utility>

#include "net/timer.hpp"

namespace tidings::redis {

class Alarm final : public net::Timer {
 public:
  explicit Alarm(std::function<void()> ring) : ring_(std::move(ring)) {}
  void on_timer() override { ring_(); }

 private:
  std::function<void()> ring_;
};

}  // namespace tidings::redis
