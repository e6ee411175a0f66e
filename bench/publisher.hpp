// Publishes over one connection that stays open, and reads the answers as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::bench {

class Publisher {
 public:
  // Connects to 127.0.0.1:`port`, waiting for it. Every failure ends the process.
  Publisher(std::uint16_t port, std::string_view key);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void publish(std::string_view event);
  // Reads what has come; ends the process at any answer but 200.
  void read_answers();
  [[nodiscard]] int descriptor() const { return fd_; }
  [[nodiscard]] std::size_t unanswered() const { return unanswered_; }

 private:
  int fd_;
  std::string head_;  // of each request, up to its length
  std::string answers_;
  std::size_t unanswered_ = 0;
};

}  // namespace tidings::bench
