// What an opened database holds, and whether that is all that it should hold.
#pragma once

#include <rocksdb/db.h>

#include <optional>
#include <string>
#include <vector>

#include "store/head_mark.hpp"
#include "store/rocksdb_layout.hpp"
#include "store/rocksdb_reader.hpp"

namespace tidings::store {

struct StoredState {
  std::vector<layout::EpochEntry> epochs;
  Position floor = 0;
  Position last_record = 0;            // 0: none is kept
  Position head = 0;                   // no position up to here may be given out again
  std::uint64_t floor_bytes = 0;       // cumulative, up to the floor
  std::uint64_t cumulative_bytes = 0;  // up to the head
  WallTime last_time{};
  // Why acknowledged records may be missing; empty where none are.
  std::string tail_lost;
};

// Reads and checks: the store's own notes, the newest record, that none is missing right above the floor or in what
// the write-ahead log brought back, and that the log reaches as far as the head mark says. `boot_id` names this start
// of the machine. A fault here must keep the store from opening.
[[nodiscard]] ReadResult<StoredState> recover(rocksdb::DB& database, const std::optional<HeadMark::Value>& mark,
                                              const std::string& boot_id);

}  // namespace tidings::store
