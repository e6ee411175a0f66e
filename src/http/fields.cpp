#include "http/fields.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tidings::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Lengths {
  std::uint32_t name = 0;
  std::uint32_t value = 0;
};

Lengths lengths_at(std::string_view field) {
  Lengths lengths;
  std::memcpy(&lengths, field.data(), sizeof lengths);
  return lengths;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || lower(x) == lower(y); });
}

Field Fields::Iterator::operator*() const {
  const Lengths lengths = lengths_at(rest_);
  return {rest_.substr(sizeof lengths, lengths.name), rest_.substr(sizeof lengths + lengths.name, lengths.value)};
}

Fields::Iterator& Fields::Iterator::operator++() {
  const Lengths lengths = lengths_at(rest_);
  rest_.remove_prefix(sizeof lengths + lengths.name + lengths.value);
  return *this;
}

void Fields::reserve(std::size_t bytes) {
  // Lengths take four bytes more than the colon, the space and the line's end in their place.
  constexpr std::size_t usual_fields = 16;
  text_.reserve(bytes + usual_fields * 4);
}

void Fields::add(std::string_view name, std::string_view value) {
  const Lengths lengths{static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())};
  std::array<char, sizeof lengths> bytes{};
  std::memcpy(bytes.data(), &lengths, sizeof lengths);
  text_.append(bytes.data(), bytes.size()).append(name).append(value);
  ++size_;
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
