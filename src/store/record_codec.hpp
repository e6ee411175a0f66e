// A record as bytes, and what it weighs. Version 1:
//
//   u8 version · u8 flags (1: text) · u64 time, ms since 1970 · u64 bytes up to and including this record ·
//   text type · text payload · text key · varint users, text each · varint channels, text each · u32 CRC-32C
//
// Integers are big-endian, a text is a varint and its bytes. The checksum covers the record's position too, so that a
// record that lies where another belongs is as damaged as one with a flipped bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/record.hpp"

namespace tidings::store {

struct StoredRecord {
  Record record;
  // Of all records ever stored, up to and including this one: the difference of two is what lies between them.
  std::uint64_t cumulative_bytes = 0;
};

// What retention counts for an event: payload, type, key and recipients' names, and a fixed sum for what the store
// keeps beside them (a record's frame, and an index entry a recipient).
[[nodiscard]] std::uint64_t retained_bytes(const Event& event);
inline constexpr std::uint64_t retained_bytes_a_record = 64;
inline constexpr std::uint64_t retained_bytes_a_recipient = 32;

[[nodiscard]] std::string encode_record(const Record& record, std::uint64_t cumulative_bytes);
// The same, into an empty text whose room is used again.
void encode_record(std::string& bytes, const Record& record, std::uint64_t cumulative_bytes);

// Nothing where the bytes are not exactly what `encode_record` gave for this position.
[[nodiscard]] std::optional<StoredRecord> decode_record(Position position, std::string_view bytes);

}  // namespace tidings::store
