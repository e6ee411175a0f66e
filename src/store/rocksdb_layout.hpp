// How the log lies in RocksDB's one key space. The first byte says what a key is:
//
//   r<position>                       → the record (record_codec.hpp)
//   ie\0<position>, iu<user>\0<position>, ic<channel>\0<position> → the index of recipients (rocksdb_index.hpp): how
//                                       far before the key's position lie others of the same group and recipient
//   k<idempotency key>                → <position> and the event's fingerprint
//   m<name>                           → what the store knows of itself: format, epochs, floor, run state
//   f<name>                           → a fact
//
// Positions are 8 bytes, big-endian, so a recipient's events lie side by side in order. Names hold no control
// character (SPEC §2), so the zero byte ends them. One key space and not several column families: a group is one
// batch, one memtable and one flush, so a part of it can't survive without the rest, whatever the durability.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/event_store.hpp"

namespace tidings::store::layout {

inline constexpr std::string_view format_key = "mformat";
inline constexpr std::string_view epochs_key = "mepochs";
inline constexpr std::string_view floor_key = "mfloor";
inline constexpr std::string_view run_key = "mrun";
inline constexpr std::string_view format = "tidings-log-2";
// Whose index has an entry for each position: all that this version does with it is to go on.
inline constexpr std::string_view earlier_format = "tidings-log-1";
inline constexpr char record_prefix = 'r';
inline constexpr char index_prefix = 'i';
inline constexpr char idempotency_prefix = 'k';
inline constexpr char fact_prefix = 'f';

enum class Kind : char { everyone = 'e', user = 'u', channel = 'c' };

[[nodiscard]] std::string record_key(Position position);
[[nodiscard]] std::string index_key(Kind kind, std::string_view name, Position position);
// What all index keys of one recipient begin with.
[[nodiscard]] std::string index_list(Kind kind, std::string_view name);
[[nodiscard]] std::string idempotency_key(std::string_view key);
[[nodiscard]] std::string fact_key(std::string_view name);

// The position at the end of a record's or an index key; 0 where it is too short to hold one.
[[nodiscard]] Position position_of(std::string_view key);
// The recipient's name in an index key.
[[nodiscard]] std::string_view name_of(std::string_view key);

[[nodiscard]] std::string encode_position(Position position);
[[nodiscard]] std::optional<Position> decode_position(std::string_view bytes);
[[nodiscard]] std::string encode_key_entry(Position position, std::string_view fingerprint);
[[nodiscard]] std::optional<KeyEntry> decode_key_entry(std::string_view bytes);

// An epoch and the last record before it. What lies between that and its base was given to readers and lost: no record
// is to be found there, and none was damaged.
struct EpochEntry {
  Epoch epoch;
  Position last_record = 0;
};
[[nodiscard]] std::string encode_epochs(const std::vector<EpochEntry>& entries);
[[nodiscard]] std::optional<std::vector<EpochEntry>> decode_epochs(std::string_view bytes);

// Whether every position above `after` and below `next` is known to hold nothing.
[[nodiscard]] bool is_hole(const std::vector<EpochEntry>& entries, Position after, Position next);

// How the store was left: by a clean close, or in the middle of running (then since which start of the machine, and
// with which durability at the weakest).
struct RunState {
  bool clean = false;
  Position head = 0;                       // of a clean close
  Durability weakest = Durability::fsync;  // of a run
  std::string boot_id{};                   // of a run
};
[[nodiscard]] std::string encode_run(const RunState& state);
[[nodiscard]] std::optional<RunState> decode_run(std::string_view bytes);

}  // namespace tidings::store::layout
