// What stands in the shared log, a Redis stream (docs/decisions/0014-one-log-in-redis.md): records, and between them
// the beginnings of epochs, and facts. An entry's fields, as XADD takes them:
//
//   m  16 bytes: the entry's random mark, and the mark of the entry before it
//   r  a record's bytes (store/record_codec.hpp) for position 0;  t its time, ms since 1970;  b what retention counts;
//      k its idempotency key, where it has one
//   e  the id of an epoch that begins here, 16 hexadecimal digits
//   f  a fact's name;  v its value
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "redis/reply.hpp"
#include "store/record.hpp"

namespace tidings::shared {

using Mark = std::uint64_t;

// "<position>-0" of a record; "<position>-1" and up of what follows it before the next one.
struct EntryId {
  store::Position position = 0;
  std::uint64_t place = 0;
  bool operator==(const EntryId&) const = default;
  bool operator<(const EntryId& other) const {
    return position < other.position || (position == other.position && place < other.place);
  }

  [[nodiscard]] static std::optional<EntryId> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

struct EpochBegun {
  store::EpochId id = 0;
};

struct Fact {
  std::string name;
  std::string value;
};

// Whether one fact's value is above another: both are numbers of up to 15 digits, and it is the larger. What is kept of
// a fact never becomes smaller, here and in Redis (lua/fact.lua).
[[nodiscard]] bool above(std::string_view value, std::string_view other);

struct Entry {
  EntryId id;
  Mark mark = 0;
  Mark previous = 0;
  std::variant<store::Record, EpochBegun, Fact> what;  // a record's position is still Redis's
};

// Nothing where it is not an entry of this log, or was damaged on its way.
[[nodiscard]] std::optional<Entry> read_entry(const redis::Reply& reply);

// 8 bytes, as scripts take them.
[[nodiscard]] std::string bytes_of(Mark mark);
[[nodiscard]] std::optional<Mark> mark_of(std::string_view bytes);
// 16 hexadecimal digits.
[[nodiscard]] std::string hexadecimal(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> from_hexadecimal(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> from_decimal(std::string_view text);

}  // namespace tidings::shared
