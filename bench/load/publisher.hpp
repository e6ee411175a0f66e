// One connection that asks and is answered, again and again: publishes, mostly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "poller.hpp"

namespace tidings::bench {

class Publisher final : public Source {
 public:
  // Connects to 127.0.0.1:`port`, waiting for it. Every failure ends the process, as does any answer but 2xx.
  Publisher(Poller& poller, std::uint16_t port);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // A whole request. Requests may wait behind each other; answers come in their order.
  void send(std::string_view request);
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }
  // Called at each answer.
  void on_answer(std::function<void()> answered) { answered_ = std::move(answered); }

  void on_ready(std::uint32_t events) override;

 private:
  int fd_;
  std::string answers_;  // what is not complete
  std::size_t unanswered_ = 0;
  std::function<void()> answered_ = [] {};
};

}  // namespace tidings::bench
