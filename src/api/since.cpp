#include "api/since.hpp"

#include <algorithm>
#include <cstddef>

#include "platform/duration.hpp"

namespace tidings::api {
namespace {

// Reads a text from its start; once something is not as expected, all that follows fails too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `digits` decimal digits.
  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
    return value;
  }
  // One of the characters.
  char one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return refuse();
    return take();
  }
  // "." and one or more digits, where there is a ".".
  Milliseconds fraction() {
    if (!rest_.starts_with('.')) return {};
    take();
    int milliseconds = 0;
    int weight = 100;
    do {
      milliseconds += digit() * weight;
      weight /= 10;
    } while (!rest_.empty() && is_digit(rest_.front()));
    return Milliseconds{milliseconds};
  }
  [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  int digit() {
    if (rest_.empty() || !is_digit(rest_.front())) return refuse();
    return take() - '0';
  }
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  char refuse() {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Scanner scanner(text);
  const int years_part = scanner.number(4);
  scanner.one_of("-");
  const auto months_part = static_cast<unsigned>(scanner.number(2));
  scanner.one_of("-");
  const auto days_part = static_cast<unsigned>(scanner.number(2));
  scanner.one_of("Tt");
  const int hours_part = scanner.number(2);
  scanner.one_of(":");
  const int minutes_part = scanner.number(2);
  scanner.one_of(":");
  const int seconds_part = scanner.number(2);
  const Milliseconds fraction = scanner.fraction();

  minutes offset{0};
  if (const char sign = scanner.one_of("Zz+-"); sign == '+' || sign == '-') {
    const int offset_hours = scanner.number(2);
    scanner.one_of(":");
    const int offset_minutes = scanner.number(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = hours{offset_hours} + minutes{offset_minutes};
    if (sign == '-') offset = -offset;
  }

  const year_month_day date{year{years_part}, month{months_part}, day{days_part}};
  if (!scanner.complete() || !date.ok() || hours_part > 23 || minutes_part > 59 || seconds_part > 60) {
    return std::nullopt;
  }
  return WallTime{sys_days{date}} + hours{hours_part} + minutes{minutes_part} + seconds{seconds_part} + fraction -
         offset;
}

std::optional<decltype(events::StartAt::since)> parse_since(std::string_view text, WallTime now) {
  if (text == "earliest") return events::StartAt::Earliest{};
  if (const auto age = parse_duration(text)) return std::max(now - *age, WallTime{});
  if (const auto time = parse_rfc3339(text)) return *time;
  return std::nullopt;
}

}  // namespace tidings::api
