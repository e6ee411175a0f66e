#include "store/record_codec.hpp"

#include "store/bytes.hpp"
#include "store/crc32c.hpp"

namespace tidings::store {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t flag_text = 1;
constexpr std::size_t checksum_bytes = 4;

// The checksum of the bytes at their position.
std::uint32_t checksum(Position position, std::string_view bytes) {
  std::string place;
  put_u64(place, position);
  return crc32c(bytes) ^ crc32c(place);
}

void put_names(std::string& to, const std::vector<std::string>& names) {
  put_varint(to, names.size());
  for (const std::string& name : names) put_text(to, name);
}

// A name takes at least one byte, so a count beyond what is left is a lie that must not reserve memory.
bool take_names(ByteReader& from, std::vector<std::string>& names) {
  const std::uint64_t count = from.varint();
  if (!from.ok() || count > from.left()) return false;
  names.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) names.emplace_back(from.text());
  return from.ok();
}

}  // namespace

std::uint64_t retained_bytes(const Event& event) {
  std::uint64_t bytes = retained_bytes_a_record + event.payload.size() + event.type.size() + event.key.size();
  for (const std::string& user : event.recipients.users) bytes += user.size() + retained_bytes_a_recipient;
  for (const std::string& channel : event.recipients.channels) bytes += channel.size() + retained_bytes_a_recipient;
  return bytes;
}

std::string encode_record(const Record& record, std::uint64_t cumulative_bytes) {
  std::string bytes;
  encode_record(bytes, record, cumulative_bytes);
  return bytes;
}

void encode_record(std::string& bytes, const Record& record, std::uint64_t cumulative_bytes) {
  const Event& event = record.event;
  bytes.reserve(retained_bytes(event));
  bytes.push_back(static_cast<char>(version));
  bytes.push_back(static_cast<char>(event.text ? flag_text : 0));
  put_u64(bytes, static_cast<std::uint64_t>(record.time.time_since_epoch().count()));
  put_u64(bytes, cumulative_bytes);
  put_text(bytes, event.type);
  put_text(bytes, event.payload);
  put_text(bytes, event.key);
  put_names(bytes, event.recipients.users);
  put_names(bytes, event.recipients.channels);
  put_u32(bytes, checksum(record.position, bytes));
}

std::optional<StoredRecord> decode_record(Position position, std::string_view bytes) {
  if (bytes.size() < checksum_bytes) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - checksum_bytes);
  if (ByteReader(bytes.substr(body.size())).u32() != checksum(position, body)) return std::nullopt;

  ByteReader from(body);
  if (from.u8() != version) return std::nullopt;
  const std::uint8_t flags = from.u8();
  if (flags > flag_text) return std::nullopt;
  StoredRecord stored;
  stored.record.position = position;
  stored.record.time = WallTime{Milliseconds{static_cast<std::int64_t>(from.u64())}};
  stored.cumulative_bytes = from.u64();
  Event& event = stored.record.event;
  event.text = flags == flag_text;
  event.type = from.text();
  event.payload = from.text();
  event.key = from.text();
  if (!take_names(from, event.recipients.users) || !take_names(from, event.recipients.channels)) return std::nullopt;
  if (!from.finished()) return std::nullopt;
  return stored;
}

}  // namespace tidings::store
