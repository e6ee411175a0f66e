// Reads the body of one HTTP/1.1 response as its bytes arrive: past the head, and out of the chunks where it is chunked
// (RFC 9112 §7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tidings::bench {

class BodyReader {
 public:
  using Take = std::function<void(std::string_view)>;

  // What `bytes` hold of the body goes to `take`, where it lies. What is wrong with the response, or null.
  [[nodiscard]] const char* read(std::string_view bytes, const Take& take);
  // Whether the head was read.
  [[nodiscard]] bool begun() const { return part_ != Part::head; }
  // Whether the last chunk was.
  [[nodiscard]] bool ended() const { return part_ == Part::ended; }

 private:
  enum class Part : std::uint8_t { head, chunk_size, chunk_data, chunk_end, unchunked, ended };

  // The next line without its end, taken off `bytes`; false where it is not complete yet, and what there is was kept.
  bool take_line(std::string_view& bytes, std::string_view& line);
  const char* take_head_line(std::string_view line);
  const char* take_chunk_size(std::string_view line);

  Part part_ = Part::head;
  bool status_read_ = false;
  bool chunked_ = false;
  bool line_taken_ = false;  // `line_` holds the line that was returned last
  std::size_t left_in_chunk_ = 0;
  std::string line_;
};

}  // namespace tidings::bench
