#include "http/head_scanner.hpp"

#include "http/characters.hpp"

namespace tidings::http {
namespace {

auto doubtful(const char* detail) { return fail(ErrorCode::request_malformed, detail); }

}  // namespace

// What only goes on with the element that it stands in: most bytes of a head. Of a target and a value, `take` so gets
// no byte but the one that ends it.
void HeadScanner::pass_over_plain(std::string_view received) {
  const auto pass = [&](auto plain) {
    const std::size_t begin = position_;
    while (position_ < received.size() && plain(received[position_])) ++position_;
    element_ += position_ - begin;
  };
  if (state_ == State::value) return pass(is_value);
  if (state_ == State::name || state_ == State::method) return pass(is_token);
  if (state_ == State::target) return pass(is_target);
}

Result<std::size_t> HeadScanner::scan(std::string_view received) {
  while (position_ < received.size() && state_ != State::done) {
    pass_over_plain(received.substr(0, most_bytes_));
    if (position_ == received.size()) break;
    if (position_ == most_bytes_) return fail(ErrorCode::header_too_large, "The head is over the limit of bytes");
    if (auto taken = take(received[position_]); !taken) return tl::unexpected(taken.error());
    ++position_;
    if (state_ == State::line_start && received[position_ - 1] == '\n') lines_ = position_;
  }
  return state_ == State::done ? position_ : 0;
}

Result<void> HeadScanner::take(char c) {
  switch (state_) {
    case State::start:
      if (c == '\r' && leading_ == 0) {
        state_ = State::leading_line_feed;
        return {};
      }
      state_ = State::method;
      element_ = 0;
      [[fallthrough]];
    case State::method:
      if (c == ' ' && element_ > 0) {
        state_ = State::target;
        element_ = 0;
        return {};
      }
      ++element_;
      if (!is_token(c)) return doubtful("The method is not a token followed by one space");
      return {};
    case State::leading_line_feed:
      if (c != '\n') return doubtful("A CR stands without its LF");
      leading_ = 2;
      state_ = State::start;
      return {};
    case State::target:
      if (c == ' ' && element_ > 0) {
        state_ = State::version;
        element_ = 0;
        return {};
      }
      return doubtful("The target is not visible ASCII followed by one space");
    case State::version:
      return take_version(c);
    case State::line_feed:
      if (c != '\n') return doubtful("A CR stands without its LF");
      state_ = State::line_start;
      return {};
    case State::line_start:
      if (c == '\r') {
        state_ = State::last_line_feed;
        return {};
      }
      if (c == ' ' || c == '\t') return doubtful("A field is folded over lines");
      if (++fields_ > most_fields_) return fail(ErrorCode::header_too_large, "The head has too many fields");
      state_ = State::name;
      element_ = 0;
      [[fallthrough]];
    case State::name:
      if (c == ':' && element_ > 0) {
        state_ = State::value;
        return {};
      }
      ++element_;
      if (!is_token(c)) return doubtful("A field's name is not a token followed by a colon");
      return {};
    case State::value:
      if (c == '\r') {
        state_ = State::line_feed;
        return {};
      }
      return doubtful("A field's value holds a control byte");
    case State::last_line_feed:
      if (c != '\n') return doubtful("A CR stands without its LF");
      state_ = State::done;
      return {};
    case State::done:  // GCOVR_EXCL_LINE: `scan` takes nothing more once it is done
      break;           // GCOVR_EXCL_LINE: likewise
  }
  return {};  // GCOVR_EXCL_LINE: every state above returns
}

Result<void> HeadScanner::take_version(char c) {
  constexpr std::string_view pattern = "HTTP/d.d\r";
  const char expected = pattern[element_];
  if (expected == 'd' ? !is_digit(c) : c != expected) return doubtful("The request line does not end with a version");
  if (element_ == 5) major_ = c;
  if (element_ == 7) version_known_ = major_ == '1' && (c == '0' || c == '1');
  if (++element_ < pattern.size()) return {};
  if (!version_known_) return fail(ErrorCode::http_version_unsupported, "HTTP/1.1 and HTTP/1.0 are spoken here");
  state_ = State::line_feed;
  return {};
}

}  // namespace tidings::http
