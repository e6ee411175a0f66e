#include "http/body_decoder.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace tidings::http {
namespace {

auto misframed(const char* detail) { return fail(ErrorCode::request_malformed, detail); }

}  // namespace

BodyDecoder::BodyDecoder(const Head& head) {
  if (head.body == Head::Body::chunked) {
    state_ = State::size;
  } else if (head.body == Head::Body::length) {
    state_ = State::length;
    remaining_ = *head.request.content_length;
  }
}

Result<BodyDecoder::Piece> BodyDecoder::decode(std::string_view input) {
  if (state_ == State::length || state_ == State::data) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
    remaining_ -= size;
    if (remaining_ == 0) state_ = state_ == State::length ? State::complete : State::data_return;
    return Piece{size, input.substr(0, size)};
  }
  std::size_t consumed = 0;
  while (consumed < input.size() && state_ != State::data && state_ != State::complete) {
    if (auto taken = take(input[consumed]); !taken) return tl::unexpected(taken.error());
    ++consumed;
  }
  return Piece{consumed, {}};
}

Result<void> BodyDecoder::take(char c) {
  switch (state_) {
    case State::size:
      if (const int digit = hex_value(c); digit >= 0) {
        if (++counted_ > most_size_digits) return misframed("A chunk's size has too many digits");
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        return {};
      }
      if (counted_ == 0) return misframed("A chunk's size is not hexadecimal");
      counted_ = 0;
      if (c == ';') {
        state_ = State::extension_name;
        element_ = 0;
        return {};
      }
      return c == '\r' ? end_of_size() : misframed("A chunk's size is not hexadecimal");
    case State::size_line_feed:
      if (c != '\n') return misframed("A CR stands without its LF");
      state_ = remaining_ > 0 ? State::data : State::trailer_start;
      counted_ = 0;
      return {};
    case State::data_return:
      if (c != '\r') return misframed("A chunk is longer than its size");
      state_ = State::data_line_feed;
      return {};
    case State::data_line_feed:
      if (c != '\n') return misframed("A CR stands without its LF");
      state_ = State::size;
      counted_ = 0;
      return {};
    case State::extension_name:
    case State::extension_value_start:
    case State::extension_token:
    case State::extension_quoted:
    case State::extension_escape:
    case State::extension_end:
      if (++counted_ > most_extension_bytes) return misframed("A chunk's extensions are too long");
      return take_extension(c);
    default:
      if (++counted_ > most_trailer_bytes) return misframed("The trailers are too long");
      return take_trailer(c);
  }
}

Result<void> BodyDecoder::end_of_size() {
  state_ = State::size_line_feed;
  return {};
}

// *( ";" token [ "=" ( token / quoted-string ) ] ), RFC 9112 §7.1.1, without the bad whitespace.
Result<void> BodyDecoder::take_extension(char c) {
  const bool may_end = (state_ == State::extension_name || state_ == State::extension_token)
                           ? element_ > 0
                           : state_ == State::extension_end;
  if (may_end && c == '\r') return end_of_size();
  if (may_end && c == ';') {
    state_ = State::extension_name;
    element_ = 0;
    return {};
  }
  switch (state_) {
    case State::extension_name:
      if (c == '=' && element_ > 0) {
        state_ = State::extension_value_start;
        return {};
      }
      ++element_;
      if (is_token(c)) return {};
      break;
    case State::extension_value_start:
      state_ = c == '"' ? State::extension_quoted : State::extension_token;
      element_ = 1;
      if (c == '"' || is_token(c)) return {};
      break;
    case State::extension_token:
      if (is_token(c)) return {};
      break;
    case State::extension_quoted:
      if (c == '"') state_ = State::extension_end;
      if (c == '\\') state_ = State::extension_escape;
      if (is_value(c)) return {};
      break;
    case State::extension_escape:
      state_ = State::extension_quoted;
      if (is_value(c)) return {};
      break;
    default:
      break;
  }
  return misframed("A chunk's extension is malformed");
}

Result<void> BodyDecoder::take_trailer(char c) {
  switch (state_) {
    case State::trailer_start:
      if (c == '\r') {
        state_ = State::last_line_feed;
        return {};
      }
      trailer_name_.clear();
      state_ = State::trailer_name;
      [[fallthrough]];
    case State::trailer_name:
      if (c == ':' && !trailer_name_.empty()) {
        // What frames, routes or controls a message has no place after it (RFC 9110 §6.5.1).
        for (const std::string_view name :
             {"Content-Length", "Transfer-Encoding", "Host", "Connection", "Proxy-Connection", "Upgrade"}) {
          if (equal_ignoring_case(trailer_name_, name)) return misframed("A trailer would change the message");
        }
        state_ = State::trailer_value;
        return {};
      }
      if (!is_token(c)) return misframed("A trailer's name is not a token followed by a colon");
      trailer_name_.push_back(c);
      return {};
    case State::trailer_value:
      if (c == '\r') {
        state_ = State::trailer_line_feed;
        return {};
      }
      if (!is_value(c)) return misframed("A trailer's value holds a control byte");
      return {};
    case State::trailer_line_feed:
      if (c != '\n') return misframed("A CR stands without its LF");
      state_ = State::trailer_start;
      return {};
    default:
      if (c != '\n') return misframed("A CR stands without its LF");
      state_ = State::complete;
      return {};
  }
}

}  // namespace tidings::http
