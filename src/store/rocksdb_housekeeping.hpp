// What a stored log does in the background, on a thread of its own: it gives the space of passed records back, and
// once after opening it reads every file and checks its checksums, so that damage is known before a client needs what
// is damaged.
#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/cursor.hpp"

namespace tidings::store {

// Drops, whenever files are merged, what belongs to records up to a position: records, index entries and keys. The
// position is raised only where no reader can still want what lies below.
class RetentionFilter final : public rocksdb::CompactionFilter {
 public:
  explicit RetentionFilter(const std::atomic<Position>& purged) : purged_(purged) {}
  bool Filter(int level, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string* new_value,
              bool* value_changed) const override;
  [[nodiscard]] const char* Name() const override { return "TidingsRetention"; }

 private:
  const std::atomic<Position>& purged_;
};

class Housekeeping {
 public:
  // Hears of damage, in words. On the housekeeping thread.
  using Damage = std::function<void(std::string)>;

  explicit Housekeeping(Damage damage) : damage_(std::move(damage)) {}
  ~Housekeeping() { stop(); }
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  // The database must outlive `stop`. `pause` times as long as checking a file took is waited before the next one.
  void start(rocksdb::DB& database, unsigned pause);
  // Abandons what is under way; returns when the thread has ended.
  void stop();
  // Gives back what lies up to `floor`, soon.
  void purge(Position floor);
  // Waits until everything asked for is done. For tests.
  void wait_until_idle();

 private:
  void run();
  void verify(const rocksdb::LiveFileMetaData& file);
  void give_back(Position floor);

  Damage damage_;
  rocksdb::DB* database_ = nullptr;
  unsigned pause_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stopping_{false};
  Position wanted_ = 0;    // under the mutex
  Position done_ = 0;      // under the mutex
  bool verified_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace tidings::store
