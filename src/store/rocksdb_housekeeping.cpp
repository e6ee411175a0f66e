#include "store/rocksdb_housekeeping.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/sst_file_reader.h>

#include <chrono>

#include "observe/log.hpp"
#include "store/rocksdb_layout.hpp"

namespace tidings::store {

bool RetentionFilter::Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*, bool*) const {
  const Position purged = purged_.load(std::memory_order_relaxed);
  switch (key.empty() ? '\0' : key[0]) {
    case layout::record_prefix:
    case layout::index_prefix:
      return layout::position_of({key.data(), key.size()}) <= purged;
    case layout::idempotency_prefix: {
      const auto entry = layout::decode_key_entry({value.data(), value.size()});
      return entry && entry->position <= purged;
    }
    default:
      return false;
  }
}

void Housekeeping::start(rocksdb::DB& database, unsigned pause) {
  database_ = &database;
  pause_ = pause;
  stopping_.store(false);
  wanted_ = done_ = 0;
  verified_ = false;
  thread_ = std::thread([this] { run(); });
}

void Housekeeping::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
  }
  changed_.notify_all();
  thread_.join();
}

void Housekeeping::purge(Position floor) {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = floor;
  }
  changed_.notify_all();
}

void Housekeeping::wait_until_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return verified_ && done_ == wanted_; });
}

void Housekeeping::run() {
  std::vector<rocksdb::LiveFileMetaData> files;
  database_->GetLiveFilesMetaData(&files);
  std::unique_lock lock(mutex_);
  while (!stopping_.load()) {
    if (wanted_ != done_) {
      const Position floor = wanted_;
      lock.unlock();
      give_back(floor);
      lock.lock();
      done_ = floor;
    } else if (!files.empty()) {
      const auto began = std::chrono::steady_clock::now();
      lock.unlock();
      verify(files.back());
      lock.lock();
      files.pop_back();
      const auto rest = (std::chrono::steady_clock::now() - began) * pause_;
      changed_.wait_for(lock, rest, [this] { return stopping_.load() || wanted_ != done_; });
    } else {
      verified_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return stopping_.load() || wanted_ != done_; });
    }
  }
}

void Housekeeping::verify(const rocksdb::LiveFileMetaData& file) {
  rocksdb::SstFileReader reader(database_->GetOptions());
  rocksdb::Status status = reader.Open(file.db_path + file.name);
  if (status.ok()) status = reader.VerifyChecksum();
  if (status.ok()) return;
  std::vector<rocksdb::LiveFileMetaData> live;
  database_->GetLiveFilesMetaData(&live);
  for (const rocksdb::LiveFileMetaData& still : live) {
    if (still.name == file.name) return damage_(file.name + ": " + status.ToString());
  }
  // Merged into another file meanwhile, which was checked when it was read for that.
}

void Housekeeping::give_back(Position floor) {
  const std::string begin = layout::record_key(0);
  const std::string end = layout::record_key(floor + 1);
  const rocksdb::Slice begin_slice(begin);
  const rocksdb::Slice end_slice(end);
  rocksdb::Status status = rocksdb::DeleteFilesInRange(database_, database_->DefaultColumnFamily(), &begin_slice,
                                                       &end_slice, /*include_end=*/false);
  if (status.ok()) {
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    options.canceled = &stopping_;
    status = database_->CompactRange(options, nullptr, nullptr);
  }
  if (status.IsCorruption()) return damage_(status.ToString());
  if (status.ok() || stopping_.load()) return;
  // What makes merging fail (a full disk) makes writing fail too, and that is reported and recovered from there.
  observe::log(observe::Level::warning, "store_purge_failed", {{"detail", status.ToString()}});
}

}  // namespace tidings::store
