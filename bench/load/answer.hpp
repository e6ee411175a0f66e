// An HTTP/1.1 answer with a Content-Length, as all but streams have.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tidings::bench {

struct Answer {
  int status = 0;
  std::string_view body;
  std::size_t length = 0;  // head and body
};

// The first of those in `text`, once it is complete. Ends the process where it has no length.
[[nodiscard]] std::optional<Answer> first_answer(std::string_view text);

}  // namespace tidings::bench
