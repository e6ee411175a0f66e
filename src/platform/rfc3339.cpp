#include <algorithm>
#include <array>
#include <cstdint>

#include "platform/clock.hpp"

namespace tidings {
namespace {

using namespace std::chrono;

// What four digits of a year can say.
constexpr WallTime earliest{sys_days{year{0} / January / 1}};
constexpr WallTime latest = WallTime{sys_days{year{9999} / December / 31} + days{1}} - Milliseconds{1};

void append_number(std::string& text, std::int64_t number, int digits) {
  std::array<char, 4> reversed{};
  for (int i = 0; i < digits; ++i, number /= 10)
    reversed[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  text.append(reversed.rend() - digits, reversed.rend());
}

// Takes pieces off the front of a text; once one is not as it must be, `good` stays false.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int least, int most) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
    good_ = good_ && value >= least && value <= most;
    return value;
  }
  void one_of(std::string_view allowed) {
    good_ = good_ && !rest_.empty() && allowed.find(rest_.front()) != std::string_view::npos;
    drop();
  }
  // Thousandths; what is finer is cut off.
  Milliseconds fraction() {
    if (!good_ || !next_is('.')) return Milliseconds{0};
    drop();
    int thousandths = digit() * 100;
    int weight = 10;
    for (; next_is_digit(); weight /= 10) thousandths += digit() * weight;
    return Milliseconds{thousandths};
  }
  [[nodiscard]] bool next_is(char character) const { return !rest_.empty() && rest_.front() == character; }
  [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

 private:
  [[nodiscard]] bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  int digit() {
    good_ = good_ && next_is_digit();
    const int value = good_ ? rest_.front() - '0' : 0;
    drop();
    return value;
  }
  void drop() {
    if (good_) rest_.remove_prefix(1);
  }

  std::string_view rest_;
  bool good_ = true;
};

minutes read_offset(Reader& reader) {
  const bool ahead = reader.next_is('+');
  if (!ahead && !reader.next_is('-')) {
    reader.one_of("Zz");
    return minutes{0};
  }
  reader.one_of("+-");
  const int hour = reader.number(2, 0, 23);
  reader.one_of(":");
  const minutes offset = hours{hour} + minutes{reader.number(2, 0, 59)};
  return ahead ? offset : -offset;
}

}  // namespace

std::string to_rfc3339(WallTime time, bool seconds_only) {
  time = std::clamp(time, earliest, latest);
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text;
  text.reserve(24);
  append_number(text, static_cast<int>(date.year()), 4);
  text.push_back('-');
  append_number(text, static_cast<unsigned>(date.month()), 2);
  text.push_back('-');
  append_number(text, static_cast<unsigned>(date.day()), 2);
  text.push_back('T');
  append_number(text, clock.hours().count(), 2);
  text.push_back(':');
  append_number(text, clock.minutes().count(), 2);
  text.push_back(':');
  append_number(text, clock.seconds().count(), 2);
  if (!seconds_only) {
    text.push_back('.');
    append_number(text, clock.subseconds().count(), 3);
  }
  text.push_back('Z');
  return text;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  const year in_year{reader.number(4, 0, 9999)};
  reader.one_of("-");
  const month in_month{static_cast<unsigned>(reader.number(2, 1, 12))};
  reader.one_of("-");
  const day on_day{static_cast<unsigned>(reader.number(2, 1, 31))};
  reader.one_of("Tt");
  const hours hour{reader.number(2, 0, 23)};
  reader.one_of(":");
  const minutes minute{reader.number(2, 0, 59)};
  reader.one_of(":");
  const seconds second{reader.number(2, 0, 60)};
  const Milliseconds fraction = reader.fraction();
  const minutes offset = read_offset(reader);
  const year_month_day date{in_year, in_month, on_day};
  if (!reader.complete() || !date.ok()) return std::nullopt;

  const WallTime whole_minute = WallTime{sys_days{date}} + hour + minute - offset;
  // A leap second (RFC 3339 §5.7) stands at the end of a UTC day, and is the next day's first instant here.
  if (second == seconds{60}) {
    const WallTime next = whole_minute + minutes{1};
    if (floor<days>(next) != next) return std::nullopt;
    return next;
  }
  return whole_minute + second + fraction;
}

}  // namespace tidings
