#include "stream_reader.hpp"

namespace tidings::bench {
namespace {

// Whether `line` is the field `name`, whose value then is in `value`.
bool is_field(std::string_view line, std::string_view name, std::string_view& value) {
  if (!line.starts_with(name) || line.size() == name.size() || line[name.size()] != ':') return false;
  value = line.substr(name.size() + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return true;
}

// The events of `text` go to `take`; how much of it they were.
std::size_t take_events(std::string_view text, const StreamReader::Take& take) {
  StreamEvent event;
  std::size_t taken = 0;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', start)) {
    std::string_view line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    start = end + 1;
    if (line.empty()) {
      if (!event.data.empty()) take(event);
      event = {};
      taken = start;
    } else if (!is_field(line, "data", event.data)) {
      is_field(line, "event", event.type);
    }
  }
  return taken;
}

}  // namespace

void StreamReader::take_text(std::string_view text, const Take& take) {
  if (text_.empty()) {
    text_.append(text.substr(take_events(text, take)));
  } else {
    text_.append(text);
    text_.erase(0, take_events(text_, take));
  }
}

const char* StreamReader::read(std::string_view bytes, const Take& take) {
  const char* wrong = body_.read(bytes, [&](std::string_view text) { take_text(text, take); });
  return wrong == nullptr && body_.ended() ? "the server ended it" : wrong;
}

}  // namespace tidings::bench
