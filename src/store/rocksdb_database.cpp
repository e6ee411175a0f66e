#include "store/rocksdb_database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "observe/log.hpp"
#include "store/head_mark.hpp"
#include "store/rocksdb_layout.hpp"

#ifdef __SANITIZE_THREAD__
// Debian's RocksDB isn't built for ThreadSanitizer, which therefore doesn't see how its threads agree.
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
#endif

namespace tidings::store {
namespace {

// What the database has to say goes into the hub's own log. A log file of its own would stand on the disk that it tells
// of, and Debian's RocksDB, whose assertions are on, ends the process at the second line that such a file refuses.
class DatabaseWords final : public rocksdb::Logger {
 public:
  DatabaseWords() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list values) override {
    if (!observe::log_enabled(observe::Level::debug)) return;
    std::array<char, 1024> line{};
    // Cut where it is longer.
    std::vsnprintf(line.data(), line.size(), format, values);
    observe::log(observe::Level::debug, "database_says", {{"text", line.data()}});
  }
};

// Keys that arrive in their own order: records, and the index of what is for everyone. For each of these two a memtable
// remembers where it put the last one, so that the next costs no search.
class InOrder final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "TidingsInOrder"; }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override { return list_of(key) > 0; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), list_of(key)};
  }

 private:
  // How many bytes all keys of the key's list begin with; 0 where keys like it come in any order.
  static std::size_t list_of(const rocksdb::Slice& key) {
    constexpr std::string_view everyone("ie\0", 3);
    static_assert(everyone[0] == layout::index_prefix && everyone[1] == static_cast<char>(layout::Kind::everyone));
    if (!key.empty() && key[0] == layout::record_prefix) return 1;
    return key.starts_with({everyone.data(), everyone.size()}) ? everyone.size() : 0;
  }
};

constexpr int memtables_a_compaction = 8;

rocksdb::Options options_for(rocksdb::Env& environment, const rocksdb::CompactionFilter& filter) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.cache_index_and_filter_blocks = true;  // so that they count towards its size
  table.block_size = 16 * 1024;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;

  rocksdb::Options options;
  options.env = &environment;
  options.compaction_filter = &filter;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Only what was being written when the process ended may be cut off; a flipped bit anywhere is an error. The other
  // modes drop everything from the first damaged record on, without a word.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.paranoid_checks = true;
  options.write_buffer_size = memtable_bytes;
  options.max_write_buffer_number = 2;
  options.memtable_insert_with_hint_prefix_extractor = std::make_shared<InOrder>();
  options.allow_concurrent_memtable_write = false;  // one thread writes
  options.max_total_wal_size = most_wal_bytes;
  options.max_open_files = most_open_files;
  options.max_background_jobs = 2;
  // Each compaction rewrites what lies below too, since records and index share its files: it pays to gather more
  // first.
  options.level0_file_num_compaction_trigger = memtables_a_compaction;
  options.target_file_size_base = memtable_bytes;
  options.max_bytes_for_level_base = memtables_a_compaction * memtable_bytes;
  options.level_compaction_dynamic_level_bytes = true;
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end();
  options.compression = lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<DatabaseWords>();
  return options;
}

// What the folder holds of a database.
struct Contents {
  bool current = false;  // the file that names the rest
  bool parts = false;    // any of the rest
};

Contents look_into(const std::filesystem::path& folder, std::error_code& error) {
  Contents contents;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "CURRENT") contents.current = true;
    if (name == HeadMark::file_name || name.ends_with(".sst") || name.ends_with(".log")) contents.parts = true;
  }
  return contents;
}

bool is_locked(const rocksdb::Status& status) {
  return status.IsIOError() && status.ToString().find("LOCK") != std::string::npos;
}

}  // namespace

std::string damaged_store_advice(const std::filesystem::path& folder, const std::string& what) {
  return "the store in " + folder.string() + " is damaged: " + what +
         ". Restore the folder from a backup, or move it away to begin an empty log.";
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const std::filesystem::path& folder, rocksdb::Env& environment,
                                                   const rocksdb::CompactionFilter& filter) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const Contents contents = error ? Contents{} : look_into(folder, error);
  if (error) return fail(ErrorCode::store_unavailable, "can't use " + folder.string() + ": " + error.message());
  if (contents.parts && !contents.current) {
    return fail(ErrorCode::store_unavailable, damaged_store_advice(folder, "its file CURRENT is missing"));
  }

  rocksdb::Options options = options_for(environment, filter);
  options.create_if_missing = !contents.current;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder.string(), &opened);
  std::unique_ptr<rocksdb::DB> database(opened);
  if (status.ok()) return database;
  if (is_locked(status)) {
    return fail(ErrorCode::store_unavailable,
                "another hub is using the folder " + folder.string() + " (" + status.ToString() + ")");
  }
  const bool missing = status.IsPathNotFound() || status.IsInvalidArgument();
  if (status.IsCorruption() || missing) {
    return fail(ErrorCode::store_unavailable, damaged_store_advice(folder, status.ToString()));
  }
  return fail(ErrorCode::store_unavailable, "can't open the store in " + folder.string() + ": " + status.ToString());
}

}  // namespace tidings::store
