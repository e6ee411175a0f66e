#include "store/rocksdb_store.hpp"

#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <fstream>
#include <mutex>
#include <shared_mutex>

#include "observe/log.hpp"
#include "store/head_mark.hpp"
#include "store/rocksdb_database.hpp"
#include "store/rocksdb_housekeeping.hpp"
#include "store/rocksdb_index.hpp"
#include "store/rocksdb_recovery.hpp"
#include "store/sync_watch.hpp"

namespace tidings::store {
namespace {

// Space is given back when a quarter of what is stored is dead, but not for less than this.
constexpr std::uint64_t least_purged_bytes = 1024 * 1024;
// What a recovering disk must take beyond what is still in memory.
constexpr std::uint64_t probe_bytes = 1024 * 1024;
// About what a record's keys and lengths take in a batch, beside the record.
constexpr std::size_t entry_bytes_a_record = 64;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

rocksdb::WriteOptions write_options(Durability durability) {
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::fsync;
  options.disableWAL = durability == Durability::memory;
  return options;
}

std::string machine_boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

class Store final : public RocksDbStore {
 public:
  explicit Store(RocksDbSettings settings)
      : settings_(std::move(settings)),
        watch_(std::make_shared<SyncWatch>(base_environment().GetFileSystem())),
        environment_(rocksdb::NewCompositeEnv(watch_)) {
    if (settings_.boot_id.empty()) settings_.boot_id = machine_boot_id();
  }
  ~Store() override { shut(); }

  Result<Recovered> open() override;
  void close() override;

  Result<void> append(std::span<const Append> group, Durability durability) override;
  Result<void> begin_epoch(Epoch epoch) override;
  Result<void> raise_floor(Position floor) override;
  Result<void> skip_to(Position position) override;
  Result<void> put_fact(std::string_view name, std::string_view value) override;

  Extent extent() const override {
    const std::lock_guard lock(extent_mutex_);
    return extent_;
  }
  Result<Position> last_before(WallTime time) const override;
  Result<Position> floor_for_bytes(std::uint64_t bytes) const override;
  Result<std::optional<KeyEntry>> find_key(std::string_view key) const override;
  Result<Page> read(const ReadQuery& query) const override;
  Result<std::vector<RecordPtr>> scan(Position after, Position until, std::size_t most_bytes) const override;
  Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override;

  std::optional<std::string> damage() const override {
    const std::lock_guard lock(damage_mutex_);
    return damage_;
  }
  bool readable() const override { return open_ && !damage(); }
  void wait_until_idle() override { housekeeping_.wait_until_idle(); }

 private:
  rocksdb::Env& base_environment() const {
    return settings_.environment != nullptr ? *settings_.environment : *rocksdb::Env::Default();
  }

  void shut();
  Result<void> probe();
  Result<void> prepare(bool lost);
  std::string run_note() const;
  Result<void> check_writable() const;
  Result<void> write(rocksdb::WriteBatch& batch, const rocksdb::WriteOptions& options);
  Result<void> put(std::string_view key, std::string_view value, bool sync);
  void add_record(rocksdb::WriteBatch& batch, const Record& record, std::string& bytes);
  Result<void> purge_where_due();
  void note_damage(const std::string& what) const;
  tl::unexpected<Error> failed(const ReadFault& fault) const;

  // Runs `read` on a view of the database, with damage noted and failures named.
  template <typename Read>
  auto with_view(Read read) const -> Result<typename decltype(read(std::declval<const RocksDbView&>()))::value_type> {
    const std::shared_lock lock(gate_);
    if (!database_) return fail(ErrorCode::store_unavailable, "the store is not open");
    const Extent now = extent();
    auto result = read(RocksDbView{*database_, now.floor, now.head, epochs_});
    if (!result) return failed(result.error());
    return *std::move(result);
  }

  RocksDbSettings settings_;
  std::shared_ptr<SyncWatch> watch_;
  std::unique_ptr<rocksdb::Env> environment_;
  std::atomic<Position> purged_{0};
  RetentionFilter filter_{purged_};
  HeadMark mark_;
  Housekeeping housekeeping_{[this](const std::string& what) { note_damage(what); }};

  // Readers share it; opening, closing, a new epoch and a purge take it alone, so that nothing goes from under a
  // reader.
  mutable std::shared_mutex gate_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<layout::EpochEntry> epochs_;
  std::atomic<bool> open_{false};  // whether there is a database, for who can't wait

  mutable std::mutex extent_mutex_;
  Extent extent_;

  mutable std::mutex damage_mutex_;
  mutable std::optional<std::string> damage_;

  // The writer's own.
  Position last_record_ = 0;
  std::uint64_t cumulative_bytes_ = 0;
  std::uint64_t floor_bytes_ = 0;
  std::uint64_t purged_bytes_ = 0;
  Durability weakest_ = Durability::fsync;
};

Result<Recovered> Store::open() {
  if (database_) {
    if (auto taken = probe(); !taken) return tl::unexpected(std::move(taken).error());
  }
  const std::unique_lock lock(gate_);
  shut();
  auto database = open_database(settings_.folder, *environment_, filter_);
  if (!database) return tl::unexpected(std::move(database).error());
  // Only after RocksDB has locked the folder.
  if (auto opened = mark_.open(settings_.folder); !opened) return tl::unexpected(std::move(opened).error());
  auto state = recover(**database, mark_.found(), settings_.boot_id);
  if (!state) {
    const ReadFault& fault = state.error();
    return fail(ErrorCode::store_unavailable,
                fault.damage ? damaged_store_advice(settings_.folder, fault.detail) : fault.detail);
  }
  database_ = *std::move(database);
  open_ = true;
  epochs_ = std::move(state->epochs);
  last_record_ = state->last_record;
  cumulative_bytes_ = state->cumulative_bytes;
  floor_bytes_ = purged_bytes_ = state->floor_bytes;
  purged_.store(state->floor);
  {
    const std::lock_guard extent_lock(extent_mutex_);
    extent_ = {.floor = state->floor, .head = state->head, .bytes = cumulative_bytes_ - floor_bytes_};
  }
  {
    const std::lock_guard damage_lock(damage_mutex_);
    damage_.reset();
  }
  const bool lost = !state->tail_lost.empty();
  if (auto prepared = prepare(lost); !prepared) {
    shut();
    return tl::unexpected(std::move(prepared).error());
  }
  if (lost) observe::log(observe::Level::warning, "store_tail_lost", {{"detail", state->tail_lost}});
  housekeeping_.start(*database_, settings_.verification_pause);

  Recovered recovered;
  recovered.floor = state->floor;
  recovered.head = state->head;
  recovered.last_time = state->last_time;
  for (const layout::EpochEntry& entry : epochs_) recovered.epochs.begin(entry.epoch);
  recovered.tail_may_be_lost = lost;
  return recovered;
}

// Notes that a run begins. Where a new epoch is due, `begin_epoch` does so instead: until then the notes that call for
// it stay as they are, in case the hub ends before.
Result<void> Store::prepare(bool lost) {
  weakest_ = Durability::fsync;
  if (auto noted = put(layout::format_key, layout::format, false); !noted || lost) return noted;
  if (auto noted = put(layout::run_key, run_note(), true); !noted) return noted;
  if (auto noted = mark_.write({.head = extent_.head}); !noted) return noted;
  return mark_.sync();
}

// Lets go of the database, without a clean end.
void Store::shut() {
  housekeeping_.stop();
  const bool was_open = open_.exchange(false);
  database_.reset();
  if (was_open && watch_->failed()) {
    // On disk too, in case the hub ends before it could begin a new epoch.
    if (auto noted = mark_.write({.head = extent_.head, .sync_failed = true}); !noted) {
      observe::log(observe::Level::error, "store_mark_failed", {{"detail", noted.error().detail}});
    }
  }
  watch_->forget();
}

void Store::close() {
  const std::unique_lock lock(gate_);
  if (!database_) return;
  housekeeping_.stop();
  rocksdb::Status status =
      watch_->failed() || damage() ? rocksdb::Status::Aborted("failed before") : database_->Flush({});
  if (status.ok()) {
    const std::string note = layout::encode_run({.clean = true, .head = extent_.head});
    status = database_->Put(write_options(Durability::fsync), slice(layout::run_key), note);
  }
  if (!status.ok()) observe::log(observe::Level::error, "store_close_failed", {{"detail", status.ToString()}});
  shut();
}

// Whether the disk takes as much as reopening needs: what is in memory is written out then. Files are made and removed
// through the same environment as the database's.
Result<void> Store::probe() {
  std::uint64_t unwritten = 0;
  database_->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unwritten);
  const std::string path = (settings_.folder / "probe.tmp").string();
  const std::string chunk(64 * 1024, '\0');
  rocksdb::Status status;
  {
    std::unique_ptr<rocksdb::WritableFile> file;
    status = environment_->NewWritableFile(path, &file, rocksdb::EnvOptions());
    for (std::uint64_t size = 0; status.ok() && size < unwritten + probe_bytes; size += chunk.size()) {
      status = file->Append(chunk);
    }
    if (status.ok()) status = file->Sync();
    if (status.ok()) status = file->Close();
  }
  environment_->DeleteFile(path).PermitUncheckedError();
  if (status.ok()) return {};
  return fail(ErrorCode::store_unavailable, "the disk still fails: " + status.ToString());
}

std::string Store::run_note() const { return layout::encode_run({.weakest = weakest_, .boot_id = settings_.boot_id}); }

Result<void> Store::check_writable() const {
  if (!database_) return fail(ErrorCode::store_unavailable, "the store is not open");
  if (auto what = damage()) return fail(ErrorCode::store_unavailable, damaged_store_advice(settings_.folder, *what));
  return {};
}

Result<void> Store::write(rocksdb::WriteBatch& batch, const rocksdb::WriteOptions& options) {
  if (auto writable = check_writable(); !writable) return writable;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // of this thread: it would count every comparison
  const rocksdb::Status status = database_->Write(options, &batch);
  if (!status.ok()) return failed(fault_of(status));
  return {};
}

Result<void> Store::put(std::string_view key, std::string_view value, bool sync) {
  rocksdb::WriteBatch batch;
  batch.Put(slice(key), slice(value));
  return write(batch, write_options(sync ? Durability::fsync : Durability::process));
}

// `bytes`: a place to put it together in.
void Store::add_record(rocksdb::WriteBatch& batch, const Record& record, std::string& bytes) {
  cumulative_bytes_ += retained_bytes(record.event);
  bytes.clear();
  encode_record(bytes, record, cumulative_bytes_);
  batch.Put(layout::record_key(record.position), bytes);
}

void add_key(rocksdb::WriteBatch& batch, const Append& append) {
  const std::string& key = append.record->event.key;
  if (key.empty()) return;
  batch.Put(layout::idempotency_key(key), layout::encode_key_entry(append.record->position, append.fingerprint));
}

Result<void> Store::append(std::span<const Append> group, Durability durability) {
  if (group.empty()) return {};
  if (durability < weakest_) {
    // First, so that an unclean end never finds a stronger promise than was kept.
    weakest_ = durability;
    if (auto noted = put(layout::run_key, run_note(), true); !noted) return noted;
  }
  const std::uint64_t bytes_before = cumulative_bytes_;
  std::size_t expected = 0;
  for (const Append& append : group) expected += retained_bytes(append.record->event) + entry_bytes_a_record;
  rocksdb::WriteBatch batch(expected);
  // Side by side, since a memtable finds the place of a key that follows the one before it without a search.
  std::string bytes;
  for (const Append& append : group) add_record(batch, *append.record, bytes);
  index::add(batch, group);
  for (const Append& append : group) add_key(batch, append);
  const Position head = group.back().record->position;
  auto written = write(batch, write_options(durability));
  if (written) written = mark_.write({.head = head});
  if (!written) {
    cumulative_bytes_ = bytes_before;
    return written;
  }
  last_record_ = head;
  const std::lock_guard lock(extent_mutex_);
  extent_.head = head;
  extent_.bytes = cumulative_bytes_ - floor_bytes_;
  return {};
}

Result<void> Store::begin_epoch(Epoch epoch) {
  auto epochs = epochs_;
  epochs.push_back({.epoch = epoch, .last_record = last_record_});
  // Epochs that retention has passed altogether are forgotten, and the oldest where there are too many.
  while (epochs.size() > 1 && (epochs.size() > Epochs::most || epochs[1].epoch.base < extent_.floor)) {
    epochs.erase(epochs.begin());
  }
  rocksdb::WriteBatch batch;
  batch.Put(slice(layout::epochs_key), layout::encode_epochs(epochs));
  batch.Put(slice(layout::run_key), run_note());
  if (auto written = write(batch, write_options(Durability::fsync)); !written) return written;
  const std::unique_lock lock(gate_);
  epochs_ = std::move(epochs);
  const std::lock_guard extent_lock(extent_mutex_);
  extent_.head = std::max(extent_.head, epoch.base);
  if (auto noted = mark_.write({.head = extent_.head}); !noted) return noted;
  return mark_.sync();
}

Result<void> Store::raise_floor(Position floor) {
  if (auto writable = check_writable(); !writable) return writable;
  floor = std::min(floor, extent_.head);
  if (floor <= extent_.floor) return {};
  auto last = last_record_at(*database_, floor);
  if (!last) return failed(last.error());
  if (auto noted = put(layout::floor_key, layout::encode_position(floor), false); !noted) return noted;
  if (*last) floor_bytes_ = (*last)->cumulative_bytes;
  {
    const std::lock_guard lock(extent_mutex_);
    extent_.floor = floor;
    extent_.bytes = cumulative_bytes_ - floor_bytes_;
  }
  return purge_where_due();
}

Result<void> Store::skip_to(Position position) {
  position = std::max(position, extent_.head);
  if (auto noted = put(layout::floor_key, layout::encode_position(position), false); !noted) return noted;
  if (auto noted = mark_.write({.head = position}); !noted) return noted;
  floor_bytes_ = cumulative_bytes_;
  {
    const std::lock_guard lock(extent_mutex_);
    extent_ = {.floor = position, .head = position, .bytes = 0};
  }
  return purge_where_due();
}

// The floor is on disk before anything below it goes, or a power cut would leave a log whose beginning is missing.
Result<void> Store::purge_where_due() {
  const std::uint64_t dead = floor_bytes_ - purged_bytes_;
  const std::uint64_t stored = cumulative_bytes_ - purged_bytes_;
  if (dead < least_purged_bytes || dead < stored / 4) return {};
  if (auto noted = put(layout::floor_key, layout::encode_position(extent_.floor), true); !noted) return noted;
  {
    const std::unique_lock lock(gate_);  // readers that began below the floor have ended
    purged_.store(extent_.floor);
  }
  purged_bytes_ = floor_bytes_;
  housekeeping_.purge(extent_.floor);
  return {};
}

Result<void> Store::put_fact(std::string_view name, std::string_view value) {
  return put(layout::fact_key(name), value, true);
}

Result<Position> Store::last_before(WallTime time) const {
  return with_view([time](const RocksDbView& view) -> ReadResult<Position> {
    auto before = last_where(view, [time](const StoredRecord& stored) { return stored.record.time < time; });
    if (!before) return before;
    // A hole, where a tail was lost, may follow the record that it is: nothing in it has grown old.
    auto last = last_record_at(view.database, *before);
    if (!last) return tl::unexpected(std::move(last).error());
    return *last ? std::max((*last)->record.position, view.floor) : view.floor;
  });
}

Result<Position> Store::floor_for_bytes(std::uint64_t bytes) const {
  const std::uint64_t gone = cumulative_bytes_ > bytes ? cumulative_bytes_ - bytes : 0;
  if (gone <= floor_bytes_) return extent().floor;
  return with_view([gone](const RocksDbView& view) -> ReadResult<Position> {
    auto kept = last_where(view, [gone](const StoredRecord& stored) { return stored.cumulative_bytes < gone; });
    if (!kept) return kept;
    return std::min(*kept + 1, view.head);
  });
}

Result<std::optional<KeyEntry>> Store::find_key(std::string_view key) const {
  return with_view([key](const RocksDbView& view) -> ReadResult<std::optional<KeyEntry>> {
    std::string value;
    const rocksdb::Status status = view.database.Get({}, layout::idempotency_key(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return tl::unexpected(fault_of(status));
    auto entry = layout::decode_key_entry(value);
    if (!entry) return tl::unexpected(ReadFault{true, "an idempotency key's entry is damaged"});
    // One beyond the head is of a group that failed, and whose reopening is still to come.
    if (entry->position <= view.floor || entry->position > view.head) return std::nullopt;
    return entry;
  });
}

Result<Page> Store::read(const ReadQuery& query) const {
  return with_view([&query](const RocksDbView& view) { return read_page(view, query); });
}

Result<std::vector<RecordPtr>> Store::scan(Position after, Position until, std::size_t most_bytes) const {
  return with_view(
      [=](const RocksDbView& view) { return scan_records(view, after, std::min(until, view.head), most_bytes); });
}

Result<std::vector<std::pair<std::string, std::string>>> Store::facts(std::string_view prefix) const {
  using Facts = std::vector<std::pair<std::string, std::string>>;
  return with_view([prefix](const RocksDbView& view) -> ReadResult<Facts> {
    Facts found;
    const std::string begin = layout::fact_key(prefix);
    const std::unique_ptr<rocksdb::Iterator> at(view.database.NewIterator({}));
    for (at->Seek(begin); at->Valid() && at->key().starts_with(begin); at->Next()) {
      found.emplace_back(at->key().ToString().substr(1), at->value().ToString());
    }
    if (!at->status().ok()) return tl::unexpected(fault_of(at->status()));
    return found;
  });
}

void Store::note_damage(const std::string& what) const {
  {
    const std::lock_guard lock(damage_mutex_);
    if (damage_) return;
    damage_ = what;
  }
  observe::log(observe::Level::error, "store_damaged", {{"detail", damaged_store_advice(settings_.folder, what)}});
}

tl::unexpected<Error> Store::failed(const ReadFault& fault) const {
  if (fault.damage) note_damage(fault.detail);
  return fail(ErrorCode::store_unavailable, fault.detail);
}

}  // namespace

std::unique_ptr<RocksDbStore> make_rocksdb_store(RocksDbSettings settings) {
  return std::make_unique<Store>(std::move(settings));
}

}  // namespace tidings::store
