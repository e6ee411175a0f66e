#include "store/cursor.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tidings::store {
namespace {

constexpr std::size_t epoch_digits = 16;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Cursor> Cursor::parse(std::string_view text) {
  if (text.size() < epoch_digits + 2 || text[epoch_digits] != '-') return std::nullopt;
  const std::string_view hex = text.substr(0, epoch_digits);
  const std::string_view decimal = text.substr(epoch_digits + 1);
  if (!std::ranges::all_of(hex, is_lower_hex) || !std::ranges::all_of(decimal, is_digit)) return std::nullopt;
  if (decimal.size() > 1 && decimal.front() == '0') return std::nullopt;
  Cursor cursor;
  std::from_chars(hex.data(), hex.data() + hex.size(), cursor.epoch, 16);
  const auto parsed = std::from_chars(decimal.data(), decimal.data() + decimal.size(), cursor.sequence);
  if (parsed.ec != std::errc{}) return std::nullopt;  // more than 64 bits
  return cursor;
}

std::string Cursor::text() const {
  std::string text;
  append_to(text);
  return text;
}

// Put together aside, so that the text grows once.
void Cursor::append_to(std::string& text) const {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t most_decimals = 20;
  std::array<char, epoch_digits + 1 + most_decimals> written{};
  for (std::size_t i = 0; i < epoch_digits; ++i) written[i] = digits[(epoch >> (4 * (epoch_digits - 1 - i))) & 0xf];
  written[epoch_digits] = '-';
  const auto end = std::to_chars(written.data() + epoch_digits + 1, written.data() + written.size(), sequence);
  text.append(written.data(), end.ptr);
}

void Epochs::begin(Epoch epoch) {
  epochs_.push_back(epoch);
  if (epochs_.size() > most) epochs_.erase(epochs_.begin());
}

const Epoch* Epochs::find(EpochId id) const {
  const auto found = std::ranges::find(epochs_, id, &Epoch::id);
  return found == epochs_.end() ? nullptr : &*found;
}

const Epoch& Epochs::of(Position position) const {
  const auto after = std::ranges::upper_bound(epochs_, position, {}, &Epoch::base);
  return after == epochs_.begin() ? epochs_.front() : *std::prev(after);
}

std::optional<Epoch> Epochs::next_after(Position position) const {
  const auto after = std::ranges::upper_bound(epochs_, position, {}, &Epoch::base);
  if (after == epochs_.end()) return std::nullopt;
  return *after;
}

Cursor Epochs::cursor(Position position) const {
  const Epoch& epoch = of(position);
  return {epoch.id, position < epoch.base ? 0 : position - epoch.base};
}

Cursor Epochs::cursor_of_event(Position position) const {
  const auto from = std::ranges::lower_bound(epochs_, position, {}, &Epoch::base);
  const Epoch& epoch = from == epochs_.begin() ? epochs_.front() : *std::prev(from);
  return {epoch.id, position < epoch.base ? 0 : position - epoch.base};
}

}  // namespace tidings::store
