// Reads the events of one SSE response (WHATWG HTML §9.2) as its bytes arrive. Events that arrive whole are read where
// they lie; only what is incomplete is kept.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "body_reader.hpp"

namespace tidings::bench {

struct StreamEvent {
  std::string_view type;
  std::string_view data;  // the last line of it: the generator's own has one
};

class StreamReader {
 public:
  using Take = std::function<void(const StreamEvent&)>;

  // Each event that `bytes` completes goes to `take`. What is wrong with the response, or null.
  [[nodiscard]] const char* read(std::string_view bytes, const Take& take);
  // Whether the response has begun.
  [[nodiscard]] bool begun() const { return body_.begun(); }

 private:
  void take_text(std::string_view text, const Take& take);

  BodyReader body_;
  std::string text_;  // of the event that is not complete
};

}  // namespace tidings::bench
