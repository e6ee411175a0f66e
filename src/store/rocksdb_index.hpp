// The index of recipients, as it lies in RocksDB: which positions are for whom. What one commit holds for a recipient
// is one entry, since most of what a commit costs is the memtable's search for where each key goes.
#pragma once

#include <rocksdb/write_batch.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/event_store.hpp"

namespace tidings::store::index {

// About what a page reads: what a reader doesn't want of an entry, it decodes for nothing.
inline constexpr std::size_t most_positions_an_entry = 256;

// Adds the recipients of all of the group's records.
void add(rocksdb::WriteBatch& batch, std::span<const Append> group);

// The positions of an entry but for the last, which its key names: how far each lies below the next, from the last on.
// Empty where there is but one, as it always was in the stores of earlier versions. `positions` ascend.
[[nodiscard]] std::string encode_earlier(std::span<const Position> positions);
// All of an entry's positions, ascending; nothing where the bytes are none of an entry's.
[[nodiscard]] std::optional<std::vector<Position>> decode_positions(Position last, std::string_view earlier);

}  // namespace tidings::store::index
