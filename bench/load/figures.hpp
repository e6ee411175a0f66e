// A run's figures, printed as one line of JSON when it ends.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace tidings::bench {

class Figures {
 public:
  Figures() = default;
  ~Figures() {
    std::printf("{%s}\n", text_.c_str());
    std::fflush(stdout);
  }
  Figures(const Figures&) = delete;
  Figures& operator=(const Figures&) = delete;

  Figures& add(std::string_view name, double value) {
    char number[64];
    std::snprintf(number, sizeof(number), "%.6g", value);
    text_ += (text_.empty() ? "\"" : ",\"") + std::string(name) + "\":" + number;
    return *this;
  }

 private:
  std::string text_;
};

}  // namespace tidings::bench
