#include "store/sync_watch.hpp"

#include <string_view>

namespace tidings::store {
namespace {

class WatchedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WatchedFile(std::unique_ptr<rocksdb::FSWritableFile>&& under, std::atomic<bool>& failed)
      : FSWritableFileOwnerWrapper(std::move(under)), failed_(failed) {}

  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return watched(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return watched(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }

 private:
  rocksdb::IOStatus watched(rocksdb::IOStatus status) {
    if (!status.ok()) failed_.store(true);
    return status;
  }

  std::atomic<bool>& failed_;
};

}  // namespace

rocksdb::IOStatus SyncWatch::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (status.ok() && std::string_view(name).ends_with(".log")) {
    *file = std::make_unique<WatchedFile>(std::move(*file), failed_);
  }
  return status;
}

}  // namespace tidings::store
