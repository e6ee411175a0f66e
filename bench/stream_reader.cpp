#include "stream_reader.hpp"

#include <algorithm>
#include <charconv>

namespace tidings::bench {
namespace {

StreamEvent event_in(std::string_view text) {
  StreamEvent event;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("event: ")) event.type = line.substr(7);
    if (line.starts_with("id: ")) event.id = line.substr(4);
    if (line.starts_with("data: ")) event.data = line.substr(6);
  }
  return event;
}

}  // namespace

bool StreamReader::complete_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) {
    line_.append(bytes);
    bytes = {};
    return false;
  }
  line_.append(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

const char* StreamReader::take_head_line() {
  if (!status_read_) {
    if (!line_.starts_with("HTTP/1.1 200")) return "a stream was not answered with 200";
    status_read_ = true;
  } else if (line_.empty()) {
    part_ = Part::chunk_size;
  }
  return nullptr;
}

void StreamReader::take_events(const Take& take) {
  std::size_t start = 0;
  for (std::size_t end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n", start)) {
    const StreamEvent event = event_in(std::string_view(text_).substr(start, end + 1 - start));
    start = end + 2;
    if (!event.data.empty()) take(event);
  }
  text_.erase(0, start);
}

const char* StreamReader::read(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (part_ == Part::chunk_data) {
      const std::size_t length = std::min(left_in_chunk_, bytes.size());
      text_.append(bytes.substr(0, length));
      bytes.remove_prefix(length);
      left_in_chunk_ -= length;
      if (left_in_chunk_ == 0) part_ = Part::chunk_end;
      take_events(take);
      continue;
    }
    if (!complete_line(bytes)) return nullptr;
    if (part_ == Part::head) {
      if (const char* wrong = take_head_line()) return wrong;
    } else if (part_ == Part::chunk_end) {
      part_ = Part::chunk_size;
    } else {
      const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), left_in_chunk_, 16);
      if (error != std::errc{}) return "a chunk has no size";
      if (left_in_chunk_ == 0) return "the server ended a stream";
      part_ = Part::chunk_data;
    }
    line_.clear();
  }
  return nullptr;
}

}  // namespace tidings::bench
