#include "events/pattern.hpp"

#include <algorithm>

#include "events/names.hpp"

namespace tidings::events {
namespace {

// Takes the first segment off `rest`; nothing is left of it after the last one.
std::string_view take_segment(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

std::string_view kind(Names names) { return names == Names::types ? "type" : "channel"; }

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text, Names names) {
  const char separator = static_cast<char>(names);
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::parameter_invalid,
                std::string("not a ").append(kind(names)).append(" pattern: ").append(why));
  };
  Pattern pattern;
  pattern.names_ = names;
  // The same rules as for a name, once each wildcard is a letter: so a pattern is as long as a name at the most.
  std::string as_name(text);
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    const std::string_view segment = text.substr(begin, end - begin);
    const bool one = segment == "*";
    const bool rest = segment == "**";
    if (rest && end != text.size()) return refuse("** may stand only as the last segment");
    if (one || rest) {
      if (pattern.exact_) pattern.prefix_ = begin;
      pattern.exact_ = false;
      std::fill_n(as_name.begin() + static_cast<std::ptrdiff_t>(begin), segment.size(), 'x');
    } else if (segment.find('*') != std::string_view::npos) {
      return refuse("a wildcard stands for a whole segment");
    }
    begin = end + 1;
  }
  const bool valid = names == Names::types ? valid_type(as_name) : valid_channel(as_name);
  if (!valid) return refuse("a segment is empty, or a character or the length is not allowed");
  pattern.text_ = text;
  if (pattern.exact_) pattern.prefix_ = text.size();
  return pattern;
}

bool Pattern::matches(std::string_view name) const {
  if (exact_) return name == text_;
  if (!name.starts_with(prefix())) return false;
  const char separator = static_cast<char>(names_);
  std::string_view wanted = std::string_view(text_).substr(prefix_);
  name.remove_prefix(prefix_);
  while (!wanted.empty() && !name.empty()) {
    const std::string_view segment = take_segment(wanted, separator);
    if (segment == "**") return true;
    const std::string_view given = take_segment(name, separator);
    if (segment != "*" && segment != given) return false;
  }
  return wanted.empty() && name.empty();
}

bool Pattern::covers(const Pattern& other) const {
  if (names_ != other.names_) return false;
  if (other.exact_) return matches(other.text_);
  // Segment by segment: `*` covers any one segment, `**` all that is left; and only `**` covers a `**`.
  const char separator = static_cast<char>(names_);
  std::string_view mine = text_;
  std::string_view theirs = other.text_;
  while (!mine.empty() && !theirs.empty()) {
    const std::string_view segment = take_segment(mine, separator);
    if (segment == "**") return true;
    const std::string_view given = take_segment(theirs, separator);
    if (given == "**") return false;
    if (segment != "*" && segment != given) return false;
  }
  return mine.empty() && theirs.empty();
}

Result<std::vector<Pattern>> parse_patterns(std::string_view list, Names names) {
  std::vector<Pattern> patterns;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (patterns.size() == Pattern::most_a_stream) {
      return fail(ErrorCode::parameter_invalid, "more than " + std::to_string(Pattern::most_a_stream) +
                                                    " patterns for " + std::string(kind(names)) + "s");
    }
    auto pattern = Pattern::parse(list.substr(begin, end - begin), names);
    if (!pattern) return tl::unexpected(pattern.error());
    patterns.push_back(*std::move(pattern));
    begin = end + 1;
  }
  return patterns;
}

}  // namespace tidings::events
