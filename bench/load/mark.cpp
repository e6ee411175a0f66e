#include "mark.hpp"

#include <charconv>

namespace tidings::bench {
namespace {

// Takes `name` and the number behind it off the front of `text`.
bool take_number(std::string_view& text, std::string_view name, std::uint64_t& number) {
  if (!text.starts_with(name)) return false;
  const char* begin = text.data() + name.size();
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{};
}

}  // namespace

std::string Mark::data(std::size_t bytes) const {
  std::string text = "{\"c\":" + std::to_string(publisher) + ",\"n\":" + std::to_string(number) +
                     ",\"t\":" + std::to_string(published_at) + ",\"p\":\"";
  if (text.size() + 2 < bytes) text.append(bytes - text.size() - 2, 'x');
  return text + "\"}";
}

std::optional<Mark> Mark::in(std::string_view data) {
  Mark mark;
  if (!take_number(data, "{\"c\":", mark.publisher) || !take_number(data, ",\"n\":", mark.number) ||
      !take_number(data, ",\"t\":", mark.published_at)) {
    return std::nullopt;
  }
  return mark;
}

}  // namespace tidings::bench
