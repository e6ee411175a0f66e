#include "platform/size.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tidings {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 5> size_units{{
    {"", 0},
    {"KiB", 10},
    {"MiB", 20},
    {"GiB", 30},
    {"TiB", 40},
}};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(after, static_cast<std::size_t>(end - after));
  for (const auto& [name, shift] : size_units) {
    if (unit != name) continue;
    if (count > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
    return count << shift;
  }
  return std::nullopt;
}

}  // namespace tidings
