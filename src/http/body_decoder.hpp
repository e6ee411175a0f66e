// A request's body out of its framing: a length, or chunks (RFC 9112 §7.1) read as strictly as the head, since whoever
// finds another end of a body than the server before it finds another request after it. Holds no bytes: payload is
// handed on as pieces of what was given. Trailers are checked and dropped.
//
//   while (!input.empty() && !decoder.complete()) {
//     Result<BodyDecoder::Piece> piece = decoder.decode(input);
//     input.remove_prefix(piece->consumed); use(piece->payload);
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "errors/error.hpp"
#include "http/head.hpp"

namespace tidings::http {

class BodyDecoder {
 public:
  static constexpr std::size_t most_size_digits = 15;          // below 2^60
  static constexpr std::size_t most_extension_bytes = 256;     // a chunk
  static constexpr std::size_t most_trailer_bytes = 8 * 1024;  // a body

  BodyDecoder() = default;  // of a request without a body
  explicit BodyDecoder(const Head& head);

  struct Piece {
    std::size_t consumed = 0;    // at least 1 where anything was given
    std::string_view payload{};  // within what was given; may be empty
  };
  // Must not be called once complete. `request_malformed`; nothing can be decoded after that.
  [[nodiscard]] Result<Piece> decode(std::string_view input);
  [[nodiscard]] bool complete() const { return state_ == State::complete; }
  // Payload that is known to be still to come: of the whole body, or of the chunk that is being read.
  [[nodiscard]] std::uint64_t remaining() const { return remaining_; }

 private:
  enum class State : std::uint8_t {
    complete,
    length,
    size,
    extension_name,
    extension_value_start,
    extension_token,
    extension_quoted,
    extension_escape,
    extension_end,
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    last_line_feed,
  };

  [[nodiscard]] Result<void> take(char c);
  [[nodiscard]] Result<void> take_extension(char c);
  [[nodiscard]] Result<void> take_trailer(char c);
  [[nodiscard]] Result<void> end_of_size();

  std::uint64_t remaining_ = 0;  // of the length, or of the chunk
  std::size_t counted_ = 0;      // digits, extension bytes, or trailer bytes
  std::size_t element_ = 0;      // bytes of the element being read
  std::string trailer_name_;
  State state_ = State::complete;
};

}  // namespace tidings::http
