// Patterns against a matcher that tries everything, and `covers` against what the two patterns match.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "events/names.hpp"
#include "events/pattern.hpp"

namespace {

using tidings::events::Names;
using tidings::events::Pattern;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool naive(const std::vector<std::string>& pattern, std::size_t p, const std::vector<std::string>& name,
           std::size_t n) {
  if (p == pattern.size()) return n == name.size();
  if (n == name.size()) return false;
  if (pattern[p] == "**") return true;
  return (pattern[p] == "*" || pattern[p] == name[n]) && naive(pattern, p + 1, name, n + 1);
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// "pattern\npattern\nname", the first byte chooses what the names are of.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Names names = (bytes[0] & 1) != 0 ? Names::types : Names::channels;
  const char separator = static_cast<char>(names);
  const auto lines = split({reinterpret_cast<const char*>(bytes) + 1, size - 1}, '\n');
  if (lines.size() != 3) return 0;
  const auto wide = Pattern::parse(lines[0], names);
  const auto narrow = Pattern::parse(lines[1], names);
  const bool named =
      names == Names::types ? tidings::events::valid_type(lines[2]) : tidings::events::valid_channel(lines[2]);
  if (!wide || !named) return 0;
  const bool matched = wide->matches(lines[2]);
  require(matched == naive(split(lines[0], separator), 0, split(lines[2], separator), 0));
  require(!matched || lines[2].starts_with(wide->prefix()));
  require(wide->covers(*wide));
  if (!narrow) return 0;
  if (wide->covers(*narrow)) require(!narrow->matches(lines[2]) || matched);
  // Where it does not, some name shows it: the narrow pattern's own, with fresh segments for its wildcards.
  if (!wide->covers(*narrow)) {
    auto segments = split(lines[1], separator);
    const bool open = segments.back() == "**";
    for (auto& segment : segments) {
      if (segment[0] == '*') segment = "fresh-segment";
    }
    bool shown = false;
    for (int more = 0; more < 2; ++more) {
      shown = shown || !naive(split(lines[0], separator), 0, segments, 0);
      if (open) segments.emplace_back("fresh-segment");
    }
    require(shown || lines[0].find("fresh-segment") != std::string::npos);
  }
  return 0;
}
