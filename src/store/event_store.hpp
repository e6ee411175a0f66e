// Where records are kept: memory or RocksDB, and a Redis node's local copy. A store is passive: the log decides what is
// written, when, and where. Writing calls come from one thread; reading calls from any, also while one writes.
// Every failure is `store_unavailable` with a detail for the operator.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"
#include "store/page_record.hpp"
#include "store/record.hpp"

namespace tidings::store {

enum class Durability : std::uint8_t {
  memory,   // survives its clients' troubles
  process,  // survives the end of the hub's process
  fsync,    // survives power loss
};

// What a reader wants: records after one position, up to and including another, for any of these recipients.
struct ReadQuery {
  Position after = 0;
  Position until = 0;
  bool everyone = true;
  std::vector<std::string> users{};
  std::vector<std::string> channels{};
  // Channels by pattern: each that begins with one of the prefixes and is accepted.
  std::vector<std::string> channel_prefixes{};
  std::function<bool(std::string_view channel)> accept_channel{};
  // Absent: every type. Records of other types are passed over.
  std::function<bool(std::string_view type)> accept_type{};
  std::size_t most_records = 256;
  std::size_t most_bytes = 64 * 1024;  // of payload; one record is always returned
};

struct Page {
  PageRecords records;  // in order, each once
  // All that the query asks for, up to here, is in `records`: `until` itself where nothing is left.
  Position read_to = 0;
  // Where reading began: the query's `after`, or the floor where that was higher by then. Where it is above `after`,
  // retention has passed the reader and what lies between is gone.
  Position began_at = 0;
  // Held by whoever holds the page: how much is held in all is bounded (log_reader.hpp). A store leaves it empty.
  std::shared_ptr<const void> hold;
};

// A query, and who is told of its answer.
struct Read {
  ReadQuery query;
  std::function<void(Result<Page>)> done;
};

// What a store held when it was opened.
struct Recovered {
  Epochs epochs;                  // empty in a new store
  Position floor = 0;             // records up to and including this one are gone
  Position head = 0;              // the last record's position, or the floor
  WallTime last_time{};           // of the newest record
  bool tail_may_be_lost = false;  // acknowledged records may be missing: a new epoch must begin
};

// What an idempotency key stands for while its event is kept.
struct KeyEntry {
  Position position = 0;
  std::string fingerprint;  // of the event, 32 bytes
};

// A record to append, with what the store keeps beside it.
struct Append {
  RecordPtr record;
  std::string fingerprint;  // where the event has a key
};

// How large the log is; for retention and for operators.
struct Extent {
  Position floor = 0;
  Position head = 0;
  std::uint64_t bytes = 0;  // of the records kept, as retention counts them
};

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Opens or reopens, e.g. after a failure. Until it succeeds all else fails.
  [[nodiscard]] virtual Result<Recovered> open() = 0;
  // Marks a clean end; nothing may be called after but `open`.
  virtual void close() = 0;

  // All or none, durable as `durability` says when it returns. Positions follow the head without a hole.
  [[nodiscard]] virtual Result<void> append(std::span<const Append> group, Durability durability) = 0;
  [[nodiscard]] virtual Result<void> begin_epoch(Epoch epoch) = 0;
  // Records up to and including `floor` are gone at once for readers; their space is given back later.
  [[nodiscard]] virtual Result<void> raise_floor(Position floor) = 0;
  // All up to and including `position`, which is not before the head, is gone, and the next record follows it: for a
  // copy of a log that has moved on without it.
  [[nodiscard]] virtual Result<void> skip_to(Position position) = 0;

  [[nodiscard]] virtual Extent extent() const = 0;
  // The last position whose record is older than `time`, or the floor. O(log n).
  [[nodiscard]] virtual Result<Position> last_before(WallTime time) const = 0;
  // The lowest floor that leaves at most `bytes`.
  [[nodiscard]] virtual Result<Position> floor_for_bytes(std::uint64_t bytes) const = 0;
  // Keys of events that retention has passed are not found.
  [[nodiscard]] virtual Result<std::optional<KeyEntry>> find_key(std::string_view key) const = 0;
  // O(log n) a recipient, and a record each found. A query that begins below the floor begins at the floor.
  [[nodiscard]] virtual Result<Page> read(const ReadQuery& query) const = 0;
  // The records after one position, up to and including another, whoever they are for: as many as `most_bytes` of
  // payload hold, but at least one.
  [[nodiscard]] virtual Result<std::vector<RecordPtr>> scan(Position after, Position until,
                                                            std::size_t most_bytes) const = 0;
  // What was found to be damaged since `open`, in words for the operator. A damaged store takes no more records.
  [[nodiscard]] virtual std::optional<std::string> damage() const { return std::nullopt; }
  // Whether records can be read, also while none can be written: not where the store is damaged, or failed so that it
  // could not be opened again. Waits for nothing.
  [[nodiscard]] virtual bool readable() const { return !damage(); }

  // Small durable facts beside the log (revocations): written with a sync whatever the durability.
  [[nodiscard]] virtual Result<void> put_fact(std::string_view name, std::string_view value) = 0;
  [[nodiscard]] virtual Result<std::vector<std::pair<std::string, std::string>>> facts(
      std::string_view prefix) const = 0;
};

}  // namespace tidings::store
