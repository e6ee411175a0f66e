// Lines out of bytes that arrive in any pieces (NDJSON): bounded, and able to stop between two lines.
//
//   splitter.add(bytes);
//   while (auto line = splitter.next(limit)) …
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::api {

struct Line {
  std::string_view text;  // without its LF; valid until the splitter is used again; empty where `too_long`
  bool too_long = false;
};

// Holds what was added and not yet given out: what one `add` brings and the beginning of one line.
class LineSplitter {
 public:
  void add(std::string_view bytes);
  // No more bytes come: what is left is a line, if it is anything.
  void finish() { finished_ = true; }
  // The next complete line, in order. A line longer than `limit` bytes is given out once, as `too_long`, as soon as
  // that is known, and skipped up to its LF.
  [[nodiscard]] std::optional<Line> next(std::size_t limit);
  // Nothing is held any more: not even a part of a line.
  [[nodiscard]] bool empty() const { return start_ == held_.size(); }

 private:
  std::string held_;
  std::size_t start_ = 0;    // of what was not given out
  std::size_t scanned_ = 0;  // no LF before this
  bool skipping_ = false;
  bool finished_ = false;
};

}  // namespace tidings::api
