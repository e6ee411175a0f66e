// Reads a request's head byte by byte as it arrives, and refuses what more than one meaning could be read into before
// any parser sees it (RFC 9112 §2.2, §3, §5; SPEC §7): bare CR or LF, control bytes, a space before a colon, folded
// lines, a target that is not visible ASCII. A head that can't become well-formed any more is refused at once and not
// when it would have ended.
//
//   HeadScanner scanner{limits.header_bytes, limits.header_fields};
//   Result<std::size_t> size = scanner.scan(received);  // again with more, until it is above 0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "errors/error.hpp"

namespace tidings::http {

class HeadScanner {
 public:
  // At most `most_bytes` for request line and fields together, and `most_fields` fields: `header_too_large`.
  HeadScanner(std::size_t most_bytes, std::size_t most_fields) : most_bytes_(most_bytes), most_fields_(most_fields) {}

  // `received` is all that has arrived since the head's first byte; what was seen before is not looked at again. The
  // head's size in bytes once it is whole, 0 while it is not. `request_malformed`, `header_too_large`,
  // `http_version_unsupported`.
  [[nodiscard]] Result<std::size_t> scan(std::string_view received);

  // The empty line that may stand before a request line (RFC 9112 §2.2), in bytes: 0 or 2.
  [[nodiscard]] std::size_t leading() const { return leading_; }
  // How many bytes of whole, well-formed lines there are so far.
  [[nodiscard]] std::size_t lines() const { return lines_; }

 private:
  enum class State : std::uint8_t {
    start,
    leading_line_feed,
    method,
    target,
    version,
    line_feed,
    line_start,
    name,
    value,
    last_line_feed,
    done,
  };

  void pass_over_plain(std::string_view received);
  [[nodiscard]] Result<void> take(char c);
  [[nodiscard]] Result<void> take_version(char c);

  std::size_t most_bytes_;
  std::size_t most_fields_;
  std::size_t position_ = 0;
  std::size_t lines_ = 0;
  std::size_t fields_ = 0;
  std::size_t element_ = 0;  // bytes of the element being read
  std::uint8_t leading_ = 0;
  State state_ = State::start;
  bool version_known_ = false;
  char major_ = 0;
};

}  // namespace tidings::http
