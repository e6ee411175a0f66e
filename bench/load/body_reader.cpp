#include "body_reader.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace tidings::bench {
namespace {

bool says_chunked(std::string_view line) {
  constexpr std::string_view field = "transfer-encoding: chunked";
  return line.size() == field.size() && ::strncasecmp(line.data(), field.data(), field.size()) == 0;
}

}  // namespace

bool BodyReader::take_line(std::string_view& bytes, std::string_view& line) {
  if (line_taken_) {
    line_.clear();
    line_taken_ = false;
  }
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) {
    line_.append(bytes);
    bytes = {};
    return false;
  }
  line = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  if (!line_.empty()) {
    line_.append(line);
    line = line_;
    line_taken_ = true;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

const char* BodyReader::take_head_line(std::string_view line) {
  if (!status_read_) {
    if (!line.starts_with("HTTP/1.1 200")) return "it was not answered with 200";
    status_read_ = true;
  } else if (line.empty()) {
    part_ = chunked_ ? Part::chunk_size : Part::unchunked;
  } else if (says_chunked(line)) {
    chunked_ = true;
  }
  return nullptr;
}

const char* BodyReader::take_chunk_size(std::string_view line) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_in_chunk_, 16);
  if (error != std::errc{}) return "a chunk has no size";
  part_ = left_in_chunk_ == 0 ? Part::ended : Part::chunk_data;
  return nullptr;
}

const char* BodyReader::read(std::string_view bytes, const Take& take) {
  while (!bytes.empty() && part_ != Part::ended) {
    if (part_ == Part::unchunked) {
      take(bytes);
      return nullptr;
    }
    if (part_ == Part::chunk_data) {
      const std::size_t length = std::min(left_in_chunk_, bytes.size());
      take(bytes.substr(0, length));
      bytes.remove_prefix(length);
      left_in_chunk_ -= length;
      if (left_in_chunk_ == 0) part_ = Part::chunk_end;
      continue;
    }
    std::string_view line;
    if (!take_line(bytes, line)) return nullptr;
    if (part_ == Part::chunk_end) {
      part_ = Part::chunk_size;
    } else if (const char* wrong = part_ == Part::head ? take_head_line(line) : take_chunk_size(line)) {
      return wrong;
    }
  }
  return nullptr;
}

}  // namespace tidings::bench
