// A reader of event streams for tests, written from WHATWG HTML §9.2.6 alone and as plainly as it goes: it shares
// nothing with the encoder that it judges.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::events::testing {

struct ReadEvent {
  std::string type;
  std::string id;  // the last event ID as of this event
  std::string data;
  bool operator==(const ReadEvent&) const = default;
};

struct ReadStream {
  std::vector<ReadEvent> events;
  std::string retry;       // the last one
  std::string incomplete;  // what no blank line has ended
};

inline ReadStream read_event_stream(std::string_view bytes) {
  ReadStream read;
  std::string id;
  std::string type;
  std::string data;
  std::size_t begin = 0;
  std::size_t complete = 0;
  while (true) {
    std::size_t end = begin;
    while (end < bytes.size() && bytes[end] != '\r' && bytes[end] != '\n') ++end;
    if (end == bytes.size()) break;
    const std::string line(bytes.substr(begin, end - begin));
    begin = end + 1;
    if (bytes[end] == '\r' && begin < bytes.size() && bytes[begin] == '\n') ++begin;
    if (line.empty()) {
      complete = begin;
      if (!data.empty()) {
        data.pop_back();
        read.events.push_back({type.empty() ? "message" : type, id, data});
      }
      type.clear();
      data.clear();
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == 0) continue;
    const std::string field = line.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (!value.empty() && value[0] == ' ') value.erase(0, 1);
    if (field == "event") type = value;
    if (field == "data") data += value + "\n";
    if (field == "id" && value.find('\0') == std::string::npos) id = value;
    if (field == "retry") read.retry = value;
  }
  read.incomplete = bytes.substr(complete);
  return read;
}

// Chunks (RFC 9112 §7.1) joined; nothing where they are malformed. What is not a whole chunk stays out.
inline std::optional<std::string> without_chunks(std::string_view bytes) {
  std::string joined;
  while (!bytes.empty()) {
    const std::size_t line = bytes.find("\r\n");
    if (line == std::string_view::npos) break;
    std::size_t size = 0;
    for (const char c : bytes.substr(0, line)) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      size = size * 16 + digit;
    }
    if (bytes.size() < line + 2 + size + 2) break;
    joined += bytes.substr(line + 2, size);
    if (bytes.substr(line + 2 + size, 2) != "\r\n") return std::nullopt;
    bytes.remove_prefix(line + 2 + size + 2);
  }
  return joined;
}

}  // namespace tidings::events::testing
