#include "api/line_splitter.hpp"

#include <algorithm>

namespace tidings::api {

void LineSplitter::add(std::string_view bytes) {
  held_.erase(0, start_);
  scanned_ -= std::min(scanned_, start_);
  start_ = 0;
  held_ += bytes;
}

std::optional<Line> LineSplitter::next(std::size_t limit) {
  for (;;) {
    const auto end = held_.find('\n', std::max(scanned_, start_));
    const bool complete = end != std::string::npos;
    const std::size_t stop = complete ? end : held_.size();
    const std::string_view text = std::string_view(held_).substr(start_, stop - start_);
    const bool last = !complete && finished_;

    if (complete || last || skipping_ || text.size() > limit) start_ = std::min(stop + 1, held_.size());
    scanned_ = stop;
    if (skipping_) {
      if (!complete) return std::nullopt;
      skipping_ = false;
      continue;
    }
    if (text.size() > limit) {
      skipping_ = !complete;
      return Line{{}, true};
    }
    if (complete || (last && !text.empty())) return Line{text, false};
    return std::nullopt;
  }
}

}  // namespace tidings::api
