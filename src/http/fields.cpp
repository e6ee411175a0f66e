#include "http/fields.hpp"

#include <algorithm>

namespace tidings::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || lower(x) == lower(y); });
}

void Fields::add(std::string_view name, std::string_view value) {
  const auto begin = static_cast<std::uint32_t>(text_.size());
  const auto middle = static_cast<std::uint32_t>(begin + name.size());
  text_.append(name).append(value);
  places_.push_back({begin, middle, static_cast<std::uint32_t>(text_.size())});
}

Field Fields::at(std::size_t index) const {
  const Place& place = places_[index];
  const std::string_view text = text_;
  return {text.substr(place.name, place.value - place.name), text.substr(place.value, place.end - place.value)};
}

std::optional<std::string_view> Fields::get(std::string_view name) const {
  for (const Field& field : *this) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [&](const Field& field) { return equal_ignoring_case(field.name, name); }));
}

}  // namespace tidings::http
