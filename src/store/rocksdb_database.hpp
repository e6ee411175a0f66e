// How the database is set up: which of RocksDB's many ways this log needs, and how large it may grow in memory.
#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <cstdint>
#include <filesystem>
#include <memory>

#include "errors/error.hpp"

namespace tidings::store {

inline constexpr std::uint64_t memtable_bytes = 16 * 1024 * 1024;  // two at most: one filling, one being written out
inline constexpr std::uint64_t block_cache_bytes = 32 * 1024 * 1024;
inline constexpr std::uint64_t most_wal_bytes = 64 * 1024 * 1024;  // replayed after an unclean end
inline constexpr std::uint64_t verified_after_clean_close = 1024 * 1024;
inline constexpr int most_open_files = 256;

// Opens the database in `folder`, or makes one where the folder holds none. A folder in use, one that holds parts of a
// database but not the rest, and damage are refused with a detail that says what to do. `environment` and `filter` must
// outlive the database.
[[nodiscard]] Result<std::unique_ptr<rocksdb::DB>> open_database(const std::filesystem::path& folder,
                                                                 rocksdb::Env& environment,
                                                                 const rocksdb::CompactionFilter& filter);

// The words for an operator whose store is damaged.
[[nodiscard]] std::string damaged_store_advice(const std::filesystem::path& folder, const std::string& what);

}  // namespace tidings::store
