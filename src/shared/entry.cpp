#include "shared/entry.hpp"

#include <charconv>
#include <utility>

#include "store/bytes.hpp"
#include "store/record_codec.hpp"

namespace tidings::shared {
namespace {

constexpr std::size_t mark_bytes = 8;

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || after != end) return std::nullopt;
  return value;
}

// The fields of an entry by their one letter.
struct Fields {
  std::string_view mark, record, time, epoch, name, value;

  explicit Fields(std::span<const redis::Reply> pairs) {
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      const std::string_view field = pairs[i].text();
      const std::string_view given = pairs[i + 1].text();
      if (field == "m") mark = given;
      if (field == "r") record = given;
      if (field == "t") time = given;
      if (field == "e") epoch = given;
      if (field == "f") name = given;
      if (field == "v") value = given;
    }
  }
};

std::optional<decltype(Entry::what)> read_what(const EntryId& id, const Fields& fields) {
  if (id.place == 0) {
    const auto time = from_decimal(fields.time);
    auto stored = store::decode_record(0, fields.record);
    if (!stored || !time) return std::nullopt;
    stored->record.position = id.position;
    stored->record.time = WallTime{Milliseconds{static_cast<std::int64_t>(*time)}};
    return std::move(stored->record);
  }
  if (!fields.epoch.empty()) {
    const auto epoch = from_hexadecimal(fields.epoch);
    if (!epoch) return std::nullopt;
    return EpochBegun{*epoch};
  }
  if (fields.name.empty()) return std::nullopt;
  return Fact{std::string(fields.name), std::string(fields.value)};
}

}  // namespace

bool above(std::string_view value, std::string_view other) {
  constexpr std::size_t most_digits = 15;
  if (value.size() > most_digits || other.size() > most_digits) return false;
  const auto one = from_decimal(value);
  const auto two = from_decimal(other);
  return one && two && *one > *two;
}

std::optional<EntryId> EntryId::parse(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto position = from_decimal(text.substr(0, dash));
  const auto place = from_decimal(text.substr(dash + 1));
  if (!position || !place) return std::nullopt;
  return EntryId{*position, *place};
}

std::string EntryId::text() const { return std::to_string(position) + "-" + std::to_string(place); }

std::optional<Entry> read_entry(const redis::Reply& reply) {
  const auto id = EntryId::parse(reply[0].text());
  if (!id) return std::nullopt;
  const Fields fields(reply[1].elements());
  if (fields.mark.size() != 2 * mark_bytes) return std::nullopt;
  auto what = read_what(*id, fields);
  if (!what) return std::nullopt;
  return Entry{*id, *mark_of(fields.mark.substr(0, mark_bytes)), *mark_of(fields.mark.substr(mark_bytes)),
               *std::move(what)};
}

std::string bytes_of(Mark mark) {
  std::string bytes;
  store::put_u64(bytes, mark);
  return bytes;
}

std::optional<Mark> mark_of(std::string_view bytes) {
  if (bytes.size() != mark_bytes) return std::nullopt;
  return store::ByteReader(bytes).u64();
}

std::string hexadecimal(std::uint64_t number) {
  std::string text = store::Cursor{number, 0}.text();
  text.resize(16);
  return text;
}

std::optional<std::uint64_t> from_hexadecimal(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  return number(text, 16);
}

std::optional<std::uint64_t> from_decimal(std::string_view text) { return number(text, 10); }

}  // namespace tidings::shared
