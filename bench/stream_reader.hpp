// Reads one SSE response as its bytes arrive: the HTTP/1.1 head, chunks (RFC 9112 §7.1), and the events within (WHATWG
// HTML §9.2). Holds only what is incomplete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tidings::bench {

struct StreamEvent {
  std::string_view type;
  std::string_view id;
  std::string_view data;
};

class StreamReader {
 public:
  using Take = std::function<void(const StreamEvent&)>;

  // Each event that `bytes` completes goes to `take`. What is wrong with the response, or null.
  [[nodiscard]] const char* read(std::string_view bytes, const Take& take);

 private:
  enum class Part : std::uint8_t { head, chunk_size, chunk_data, chunk_end };

  // Whether `line_` is complete, with what was missing of it taken from `bytes`; its CRLF is cut off.
  bool complete_line(std::string_view& bytes);
  const char* take_head_line();
  void take_events(const Take& take);

  Part part_ = Part::head;
  bool status_read_ = false;
  std::size_t left_in_chunk_ = 0;
  std::string line_;  // of the head, or of a chunk's frame
  std::string text_;  // of the event that is not complete
};

}  // namespace tidings::bench
