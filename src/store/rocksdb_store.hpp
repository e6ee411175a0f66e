// The embedded log: an `EventStore` on RocksDB in a folder of its own.
//
//   auto store = make_rocksdb_store({.folder = "tidings-data/log"});
//
// Opening an open store is how to recover from a disk that failed or was full: it first makes sure that the disk takes
// writes again, and until then goes on reading from what it has.
#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>
#include <string>

#include "store/event_store.hpp"

namespace tidings::store {

struct RocksDbSettings {
  std::filesystem::path folder{};  // made where it is missing; locked against a second hub
  // How long the check of all files after opening rests, as a multiple of how long it works.
  unsigned verification_pause = 4;
  // Names this start of the machine; empty: as the kernel has it. For tests.
  std::string boot_id{};
  // Files and their failures; null: the machine's own. Must outlive the store. For tests.
  rocksdb::Env* environment = nullptr;
};

class RocksDbStore : public EventStore {
 public:
  // Waits until the background has done what it was asked for: the check after opening, giving space back. For tests.
  virtual void wait_until_idle() = 0;
};

[[nodiscard]] std::unique_ptr<RocksDbStore> make_rocksdb_store(RocksDbSettings settings);

}  // namespace tidings::store
