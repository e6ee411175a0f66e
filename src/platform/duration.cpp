#include "platform/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace tidings {
namespace {

constexpr std::array<std::pair<std::string_view, Milliseconds>, 5> duration_units{{
    {"ms", Milliseconds{1}},
    {"s", Seconds{1}},
    {"m", std::chrono::minutes{1}},
    {"h", std::chrono::hours{1}},
    {"d", std::chrono::days{1}},
}};

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
  std::uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(after, static_cast<std::size_t>(end - after));
  for (const auto& [name, length] : duration_units) {
    if (unit != name) continue;
    if (count > static_cast<std::uint64_t>(longest_duration / length)) return std::nullopt;
    return static_cast<std::int64_t>(count) * length;
  }
  return std::nullopt;
}

}  // namespace tidings
