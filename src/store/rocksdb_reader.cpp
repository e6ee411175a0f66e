#include "store/rocksdb_reader.hpp"

#include <rocksdb/iterator.h>

#include <algorithm>

#include "store/read_plan.hpp"
#include "store/rocksdb_index.hpp"

namespace tidings::store {
namespace {

using layout::Kind;

std::string_view view_of(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

tl::unexpected<ReadFault> damaged_record(Position position) {
  return tl::unexpected(ReadFault{true, "event " + std::to_string(position) + " of the log is damaged"});
}

tl::unexpected<ReadFault> damaged_index(Position position) {
  return tl::unexpected(ReadFault{true, "the index of event " + std::to_string(position) + " of the log is damaged"});
}

tl::unexpected<ReadFault> missing_records(Position from, Position to) {
  return tl::unexpected(
      ReadFault{true, "events " + std::to_string(from) + " to " + std::to_string(to) + " of the log are missing"});
}

bool at_record(const rocksdb::Iterator& at) { return at.Valid() && at.key().starts_with({&layout::record_prefix, 1}); }

ReadResult<std::optional<StoredRecord>> record_at(const rocksdb::Iterator& at) {
  if (!at.status().ok()) return tl::unexpected(fault_of(at.status()));
  if (!at_record(at)) return std::nullopt;
  const Position position = layout::position_of(view_of(at.key()));
  auto stored = decode_record(position, view_of(at.value()));
  if (!stored) return damaged_record(position);
  return stored;
}

std::unique_ptr<rocksdb::Iterator> iterate(rocksdb::DB& database) {
  return std::unique_ptr<rocksdb::Iterator>(database.NewIterator(rocksdb::ReadOptions()));
}

// One recipient's positions after `after`, up to `until`.
ReadResult<void> offer_list(rocksdb::Iterator& at, Kind kind, std::string_view name, Position after, Position until,
                            Candidates& candidates) {
  const std::string list = layout::index_list(kind, name);
  for (at.Seek(layout::index_key(kind, name, after + 1)); at.Valid() && at.key().starts_with(list); at.Next()) {
    const Position last = layout::position_of(view_of(at.key()));
    const auto positions = index::decode_positions(last, view_of(at.value()));
    if (!positions) return damaged_index(last);
    for (auto next = std::ranges::upper_bound(*positions, after); next != positions->end(); ++next) {
      if (*next > until || !candidates.offer(*next)) return {};
    }
  }
  if (!at.status().ok()) return tl::unexpected(fault_of(at.status()));
  return {};
}

// The channels that begin with `prefix`. False where there are too many for this to pay.
ReadResult<bool> offer_channels(rocksdb::Iterator& at, const std::string& prefix, const ReadQuery& query,
                                Position after, Position until, Candidates& candidates, std::size_t& looked_at) {
  const std::string begin = std::string{layout::index_prefix, static_cast<char>(Kind::channel)} + prefix;
  at.Seek(begin);
  while (at.Valid() && at.key().starts_with(begin)) {
    if (++looked_at > most_channels_by_index) return false;
    const std::string name(layout::name_of(view_of(at.key())));
    if (accepts_channel(name, query)) {
      auto offered = offer_list(at, Kind::channel, name, after, until, candidates);
      if (!offered) return tl::unexpected(std::move(offered).error());
    }
    std::string next = layout::index_list(Kind::channel, name);
    next.back() = '\1';  // after every position of this name, before any longer name
    at.Seek(next);
  }
  if (!at.status().ok()) return tl::unexpected(fault_of(at.status()));
  return true;
}

// False where the index has too many channels for the query.
ReadResult<bool> offer_indexed(rocksdb::Iterator& at, const ReadQuery& query, Position after, Position until,
                               Candidates& candidates) {
  const auto offer = [&](Kind kind, std::string_view name) {
    return offer_list(at, kind, name, after, until, candidates);
  };
  ReadResult<void> offered;
  if (query.everyone) offered = offer(Kind::everyone, "");
  for (const std::string& user : query.users) {
    if (offered) offered = offer(Kind::user, user);
  }
  for (const std::string& channel : query.channels) {
    if (offered) offered = offer(Kind::channel, channel);
  }
  if (!offered) return tl::unexpected(std::move(offered).error());
  std::size_t looked_at = 0;
  for (const std::string& prefix : query.channel_prefixes) {
    auto few = offer_channels(at, prefix, query, after, until, candidates, looked_at);
    if (!few || !*few) return few;
  }
  return true;
}

// The record here, which is the next after `reached`; nothing where it lies beyond `until`. One that is not there is
// noticed.
ReadResult<std::optional<StoredRecord>> next_record(const RocksDbView& view, const rocksdb::Iterator& at,
                                                    Position reached, Position until) {
  auto stored = record_at(at);
  if (!stored) return stored;
  const Position next = *stored ? (*stored)->record.position : until + 1;
  if (next != reached + 1 && !layout::is_hole(view.epochs, reached, std::min(next, until + 1))) {
    return missing_records(reached + 1, std::min(next - 1, until));
  }
  if (next > until) return std::nullopt;
  return stored;
}

// Reads the records themselves, in order.
ReadResult<Page> read_all(const RocksDbView& view, rocksdb::Iterator& at, const ReadQuery& query, Position after,
                          Position until) {
  PageBuilder page(query, after);
  Position reached = after;
  std::size_t scanned = 0;
  at.Seek(layout::record_key(after + 1));
  for (; reached < until; at.Next()) {
    auto stored = next_record(view, at, reached, until);
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) break;
    if (++scanned > most_scanned_records) return std::move(page).finish(reached);
    const Record& record = (*stored)->record;
    if (addresses(record.event.recipients, query) && !page.add(record)) return std::move(page).finish(reached);
    reached = record.position;
  }
  return std::move(page).finish(until);
}

}  // namespace

ReadFault fault_of(const rocksdb::Status& status) { return {status.IsCorruption(), status.ToString()}; }

ReadResult<Page> read_page(const RocksDbView& view, const ReadQuery& query) {
  const Position after = std::max(query.after, view.floor);
  const Position until = std::min(query.until, view.head);
  PageBuilder page(query, after);
  if (after >= until) return std::move(page).finish(after);

  const auto at = iterate(view.database);
  Candidates candidates(query.most_records);
  const auto indexed = offer_indexed(*at, query, after, until, candidates);
  if (!indexed) return tl::unexpected(indexed.error());
  if (!*indexed) return read_all(view, *at, query, after, until);

  rocksdb::PinnableSlice value;
  for (const Position position : candidates.positions()) {
    value.Reset();
    const rocksdb::Status status = view.database.Get(rocksdb::ReadOptions(), view.database.DefaultColumnFamily(),
                                                     layout::record_key(position), &value);
    if (status.IsNotFound()) return missing_records(position, position);
    if (!status.ok()) return tl::unexpected(fault_of(status));
    auto stored = decode_record(position, view_of(value));
    if (!stored) return damaged_record(position);
    if (!page.add(stored->record)) break;
  }
  return std::move(page).finish(candidates.complete_to(until));
}

ReadResult<std::vector<RecordPtr>> scan_records(const RocksDbView& view, Position after, Position until,
                                                std::size_t most_bytes) {
  std::vector<RecordPtr> found;
  std::size_t bytes = 0;
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // each block is read once
  const std::unique_ptr<rocksdb::Iterator> at(view.database.NewIterator(options));
  Position reached = std::max(after, view.floor);
  for (at->Seek(layout::record_key(reached + 1)); reached < until; at->Next()) {
    auto stored = next_record(view, *at, reached, until);
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) break;
    Record& record = (*stored)->record;
    bytes += record.event.payload.size();
    if (!found.empty() && bytes > most_bytes) break;
    reached = record.position;
    found.push_back(std::make_shared<const Record>(std::move(record)));
  }
  return found;
}

ReadResult<std::optional<StoredRecord>> last_record_at(rocksdb::DB& database, Position position) {
  const auto at = iterate(database);
  at->SeekForPrev(layout::record_key(position));
  return record_at(*at);
}

ReadResult<std::optional<StoredRecord>> first_record_from(rocksdb::DB& database, Position position) {
  const auto at = iterate(database);
  at->Seek(layout::record_key(position));
  return record_at(*at);
}

ReadResult<Position> last_where(const RocksDbView& view, const std::function<bool(const StoredRecord&)>& before) {
  const auto at = iterate(view.database);
  Position low = view.floor;
  Position high = view.head;
  while (low < high) {
    const Position middle = low + (high - low + 1) / 2;
    at->SeekForPrev(layout::record_key(middle));
    auto stored = record_at(*at);
    if (!stored) return tl::unexpected(stored.error());
    const Position found = *stored ? (*stored)->record.position : 0;
    if (found <= low || before(**stored)) {
      low = middle;  // nothing lies between, or all up to there are before
    } else {
      high = found - 1;
    }
  }
  return low;
}

ReadResult<void> verify_tail(const RocksDbView& view, std::uint64_t bytes) {
  const auto at = iterate(view.database);
  Position next = view.head + 1;  // the record above, which is there
  std::optional<std::uint64_t> newest;
  for (at->SeekForPrev(layout::record_key(view.head));; at->Prev()) {
    auto stored = record_at(*at);
    if (!stored) return tl::unexpected(stored.error());
    const Position found = *stored ? (*stored)->record.position : 0;
    const Position below = std::max(found, view.floor);
    if (below + 1 != next && !layout::is_hole(view.epochs, below, next)) return missing_records(below + 1, next - 1);
    if (found <= view.floor) return {};
    next = found;
    if (!newest) newest = (*stored)->cumulative_bytes;
    if (*newest - (*stored)->cumulative_bytes > bytes) return {};
  }
}

}  // namespace tidings::store
