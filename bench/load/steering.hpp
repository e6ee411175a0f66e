// Lets whoever started the generator say when it goes on: a line on standard input each time.
#pragma once

#include <cstddef>

#include "poller.hpp"

namespace tidings::bench {

class Steering final : public Source {
 public:
  explicit Steering(Poller& poller);

  // Tells on standard output what was reached, in a line of its own, then serves until a line comes, or the end.
  void wait(const char* reached);
  // Lines that came and were not waited for. The end counts as a line.
  [[nodiscard]] std::size_t lines() const { return lines_; }
  [[nodiscard]] bool ended() const { return ended_; }

  void on_ready(std::uint32_t events) override;

 private:
  Poller& poller_;
  std::size_t lines_ = 0;
  bool ended_ = false;
};

}  // namespace tidings::bench
