#include "store/rocksdb_layout.hpp"

#include <algorithm>

#include "store/bytes.hpp"

namespace tidings::store::layout {
namespace {

constexpr std::size_t position_bytes = 8;

}  // namespace

std::string record_key(Position position) {
  std::string key(1, record_prefix);
  put_u64(key, position);
  return key;
}

std::string index_list(Kind kind, std::string_view name) {
  std::string key{index_prefix, static_cast<char>(kind)};
  key.append(name);
  key.push_back('\0');
  return key;
}

std::string index_key(Kind kind, std::string_view name, Position position) {
  std::string key = index_list(kind, name);
  put_u64(key, position);
  return key;
}

std::string idempotency_key(std::string_view key) { return std::string(1, idempotency_prefix).append(key); }

std::string fact_key(std::string_view name) { return std::string(1, fact_prefix).append(name); }

Position position_of(std::string_view key) {
  if (key.size() < 1 + position_bytes) return 0;
  return ByteReader(key.substr(key.size() - position_bytes)).u64();
}

std::string_view name_of(std::string_view key) {
  constexpr std::size_t around = 2 + 1 + position_bytes;
  return key.size() < around ? std::string_view{} : key.substr(2, key.size() - around);
}

std::string encode_position(Position position) {
  std::string bytes;
  put_u64(bytes, position);
  return bytes;
}

std::optional<Position> decode_position(std::string_view bytes) {
  ByteReader from(bytes);
  const Position position = from.u64();
  if (!from.finished()) return std::nullopt;
  return position;
}

std::string encode_key_entry(Position position, std::string_view fingerprint) {
  std::string bytes = encode_position(position);
  put_text(bytes, fingerprint);
  return bytes;
}

std::optional<KeyEntry> decode_key_entry(std::string_view bytes) {
  ByteReader from(bytes);
  KeyEntry entry;
  entry.position = from.u64();
  entry.fingerprint = from.text();
  if (!from.finished()) return std::nullopt;
  return entry;
}

std::string encode_epochs(const std::vector<EpochEntry>& entries) {
  std::string bytes;
  put_varint(bytes, entries.size());
  for (const EpochEntry& entry : entries) {
    put_u64(bytes, entry.epoch.id);
    put_u64(bytes, entry.epoch.base);
    put_u64(bytes, entry.last_record);
  }
  return bytes;
}

std::optional<std::vector<EpochEntry>> decode_epochs(std::string_view bytes) {
  ByteReader from(bytes);
  const std::uint64_t count = from.varint();
  if (count > Epochs::most) return std::nullopt;
  std::vector<EpochEntry> entries(count);
  for (EpochEntry& entry : entries) {
    entry.epoch.id = from.u64();
    entry.epoch.base = from.u64();
    entry.last_record = from.u64();
  }
  if (!from.finished()) return std::nullopt;
  return entries;
}

bool is_hole(const std::vector<EpochEntry>& entries, Position after, Position next) {
  Position reached = after;
  for (const EpochEntry& entry : entries) {
    if (entry.last_record <= reached && entry.epoch.base > reached) reached = entry.epoch.base;
  }
  return reached + 1 >= next;
}

std::string encode_run(const RunState& state) {
  std::string bytes(1, state.clean ? 'c' : 'r');
  put_u64(bytes, state.head);
  bytes.push_back(static_cast<char>(state.weakest));
  put_text(bytes, state.boot_id);
  return bytes;
}

std::optional<RunState> decode_run(std::string_view bytes) {
  ByteReader from(bytes);
  const std::uint8_t how = from.u8();
  RunState state;
  state.clean = how == 'c';
  state.head = from.u64();
  const std::uint8_t weakest = from.u8();
  state.boot_id = from.text();
  const bool known = (how == 'c' || how == 'r') && weakest <= static_cast<std::uint8_t>(Durability::fsync);
  if (!known || !from.finished()) return std::nullopt;
  state.weakest = static_cast<Durability>(weakest);
  return state;
}

}  // namespace tidings::store::layout
