#include "store/rocksdb_recovery.hpp"

#include <algorithm>

#include "store/rocksdb_database.hpp"

namespace tidings::store {
namespace {

tl::unexpected<ReadFault> damaged(std::string detail) { return tl::unexpected(ReadFault{true, std::move(detail)}); }

// The store's note of that name; nothing where it was never written.
ReadResult<std::optional<std::string>> note(rocksdb::DB& database, std::string_view key) {
  std::string value;
  const rocksdb::Status status = database.Get(rocksdb::ReadOptions(), rocksdb::Slice(key.data(), key.size()), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected(fault_of(status));
  return value;
}

// Reads one note and decodes it; `otherwise` where it was never written.
template <typename T, typename Decode>
ReadResult<T> decoded_note(rocksdb::DB& database, std::string_view key, Decode decode, T otherwise) {
  auto bytes = note(database, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return otherwise;
  auto value = decode(**bytes);
  if (!value) return damaged("the store's note \"" + std::string(key.substr(1)) + "\" is damaged");
  return *std::move(value);
}

// Why records that were acknowledged may be gone.
std::string why_lost(const StoredState& state, const layout::RunState& run, bool anything,
                     const std::optional<HeadMark::Value>& mark, const std::string& boot_id) {
  const std::string reached = "the log ends at event " + std::to_string(state.last_record);
  if (mark && mark->sync_failed) return "a sync to disk failed";
  if (mark && mark->head > state.head) return reached + " but had come to " + std::to_string(mark->head);
  if (!mark && anything) return "the file HEAD is missing or damaged";
  if (run.clean && run.head > state.head) return reached + " but was closed at " + std::to_string(run.head);
  if (run.clean) return {};
  if (run.weakest == Durability::memory) return "it was not closed, and was kept in memory";
  if (run.weakest == Durability::process && run.boot_id != boot_id) {
    return "it was not closed before the machine stopped, and was not synced";
  }
  return {};
}

}  // namespace

ReadResult<StoredState> recover(rocksdb::DB& database, const std::optional<HeadMark::Value>& mark,
                                const std::string& boot_id) {
  StoredState state;
  auto format = note(database, layout::format_key);
  if (!format) return tl::unexpected(format.error());
  if (*format && **format != layout::format && **format != layout::earlier_format) {
    return tl::unexpected(ReadFault{false, "the store was written by another version (" + **format + ")"});
  }
  auto epochs = decoded_note<std::vector<layout::EpochEntry>>(database, layout::epochs_key, layout::decode_epochs, {});
  if (!epochs) return tl::unexpected(epochs.error());
  auto floor = decoded_note<Position>(database, layout::floor_key, layout::decode_position, 0);
  if (!floor) return tl::unexpected(floor.error());
  auto run = decoded_note<layout::RunState>(database, layout::run_key, layout::decode_run, {.clean = true});
  if (!run) return tl::unexpected(run.error());
  auto last = last_record_at(database, ~Position{0});
  if (!last) return tl::unexpected(last.error());
  const bool anything = *last || !epochs->empty();
  if (anything && !*format) return damaged("the store's note \"format\" is missing");

  state.epochs = *std::move(epochs);
  state.floor = *floor;
  if (*last) {
    state.last_record = (*last)->record.position;
    state.last_time = (*last)->record.time;
    state.cumulative_bytes = (*last)->cumulative_bytes;
  }
  state.head = std::max(state.last_record, state.floor);
  if (!state.epochs.empty()) state.head = std::max(state.head, state.epochs.back().epoch.base);

  const RocksDbView view{database, state.floor, state.head, state.epochs};
  const std::uint64_t to_verify = run->clean ? verified_after_clean_close : most_wal_bytes * 2;
  if (auto verified = verify_tail(view, to_verify); !verified) return tl::unexpected(verified.error());
  auto first = first_record_from(database, state.floor + 1);
  if (!first) return tl::unexpected(first.error());
  state.floor_bytes = state.cumulative_bytes;
  if (*first) {
    const Position position = (*first)->record.position;
    if (position != state.floor + 1 && !layout::is_hole(state.epochs, state.floor, position)) {
      return damaged("events " + std::to_string(state.floor + 1) + " to " + std::to_string(position - 1) +
                     " of the log are missing");
    }
    state.floor_bytes = (*first)->cumulative_bytes - retained_bytes((*first)->record.event);
  }
  state.tail_lost = why_lost(state, *run, anything, mark, boot_id);
  if (mark) state.head = std::max(state.head, mark->head);
  if (run->clean) state.head = std::max(state.head, run->head);
  return state;
}

}  // namespace tidings::store
