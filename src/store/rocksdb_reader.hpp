// Reading the stored log. Free functions over a view: who holds one holds the database open and keeps retention from
// giving space back meanwhile.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <optional>
#include <vector>

#include "store/event_store.hpp"
#include "store/record_codec.hpp"
#include "store/rocksdb_layout.hpp"

namespace tidings::store {

struct RocksDbView {
  rocksdb::DB& database;
  Position floor = 0;
  Position head = 0;
  const std::vector<layout::EpochEntry>& epochs;  // for holes
};

// Why reading failed: damage must be reported and ends the store's service, anything else may pass.
struct ReadFault {
  bool damage = false;
  std::string detail;
};
template <typename T>
using ReadResult = tl::expected<T, ReadFault>;

[[nodiscard]] ReadFault fault_of(const rocksdb::Status& status);

[[nodiscard]] ReadResult<Page> read_page(const RocksDbView& view, const ReadQuery& query);
[[nodiscard]] ReadResult<std::vector<RecordPtr>> scan_records(const RocksDbView& view, Position after, Position until,
                                                              std::size_t most_bytes);

// The last record at or before `position`, whole or not at all; nothing where there is none.
[[nodiscard]] ReadResult<std::optional<StoredRecord>> last_record_at(rocksdb::DB& database, Position position);
// The first record at or after `position`.
[[nodiscard]] ReadResult<std::optional<StoredRecord>> first_record_from(rocksdb::DB& database, Position position);

// The last position, from the floor to the head, up to which `before` holds for every record. `before` must hold for
// all records up to a point and for none after it. O(log n).
[[nodiscard]] ReadResult<Position> last_where(const RocksDbView& view,
                                              const std::function<bool(const StoredRecord&)>& before);

// Walks back from the head over `bytes` of records, and says what is damaged or missing there.
[[nodiscard]] ReadResult<void> verify_tail(const RocksDbView& view, std::uint64_t bytes);

}  // namespace tidings::store
