// A file system that does what the one under it does, and remembers whether syncing a write-ahead log ever failed.
// After that the kernel may have dropped what it was asked to keep, and a later sync says all is well; so the log must
// begin a new epoch, which RocksDB's status alone doesn't tell from a write that was refused.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>

namespace tidings::store {

class SyncWatch final : public rocksdb::FileSystemWrapper {
 public:
  explicit SyncWatch(const std::shared_ptr<rocksdb::FileSystem>& under) : FileSystemWrapper(under) {}
  static const char* kClassName() { return "TidingsSyncWatch"; }
  [[nodiscard]] const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;

  // Whether one failed since `forget`. Any thread.
  [[nodiscard]] bool failed() const { return failed_.load(); }
  void forget() { failed_.store(false); }

 private:
  std::atomic<bool> failed_{false};
};

}  // namespace tidings::store
