#include "shared/copy.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "observe/log.hpp"

namespace tidings::shared {

using observe::Level;
using store::Position;

Copy::Copy(std::filesystem::path folder, MakeStore make_store, store::LogListener& listener, observe::Metrics& metrics)
    : on_fact([](const Fact&) {}),
      folder_(std::move(folder)),
      make_store_(std::move(make_store)),
      listener_(listener),
      thrown_away_(
          metrics.counter("tidings_copy_thrown_away_total", "Times that the local copy of the log was of no use")),
      skipped_(metrics.counter("tidings_copy_skipped_total", "Times that retention passed the local copy of the log")),
      kept_events_(metrics.gauge("tidings_log_kept_events", "Events that retention keeps")),
      kept_bytes_(metrics.gauge("tidings_log_kept_bytes", "Bytes kept, as retention counts them")) {}

Copy::~Copy() { close(); }

Result<void> Copy::open() {
  std::error_code error;
  std::filesystem::create_directories(folder_.parent_path(), error);
  const std::string path = folder_.string() + ".lock";
  lock_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!lock_) return fail(ErrorCode::store_unavailable, path + ": " + std::strerror(errno));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::store_unavailable, path + ": another hub uses this folder");
  }
  auto opened = open_store();
  if (opened && (stand_ || stored_epochs_.empty())) return opened;
  observe::log(Level::warning, "copy_thrown_away",
               {{"detail", opened ? "it was cut short, or is of another kind" : opened.error().detail}});
  return clear();
}

Result<void> Copy::reopen() {
  if (!store_) return make_anew();  // which failed when it was last tried
  if (auto what = damage()) {
    observe::log(Level::error, "copy_thrown_away", {{"detail", *what}});
    return clear();
  }
  const std::optional<Stand> stood = stand_;
  auto opened = store_->open();
  if (!opened) return tl::unexpected(std::move(opened).error());
  // What was written though it was reported as failed is taken again, and found to be there.
  stored_epochs_.clear();
  for (const store::Epoch& epoch : opened->epochs.all()) stored_epochs_.push_back(epoch.id);
  stand_ = stood;
  return {};
}

Result<void> Copy::open_store() {
  const std::unique_lock lock(gate_);
  auto store = make_store_(folder_);
  auto recovered = store->open();
  if (!recovered) return tl::unexpected(std::move(recovered).error());
  if (auto opened = witness_.open(folder_); !opened) return opened;
  store_ = std::move(store);
  stored_epochs_.clear();
  for (const store::Epoch& epoch : recovered->epochs.all()) stored_epochs_.push_back(epoch.id);
  stand_ = recovered->tail_may_be_lost ? std::nullopt : witness_.found_at(recovered->head);
  if (live_) return {};
  last_time_ = recovered->last_time;
  const std::lock_guard head_lock(mutex_);
  epochs_ = std::move(recovered->epochs);
  head_ = recovered->head;
  return {};
}

Result<void> Copy::clear() {
  thrown_away_.add();
  return make_anew();
}

Result<void> Copy::make_anew() {
  filling_ = true;
  if (auto removed = remove_store(); !removed) return removed;
  if (!live_) {
    const std::lock_guard lock(mutex_);
    epochs_ = {};
    head_ = 0;
  }
  return open_store();
}

Result<void> Copy::remove_store() {
  const std::unique_lock lock(gate_);
  store_.reset();
  stand_.reset();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
  if (error) return fail(ErrorCode::store_unavailable, folder_.string() + ": " + error.message());
  return {};
}

void Copy::close() {
  const std::unique_lock lock(gate_);
  if (store_) store_->close();
}

std::optional<Position> Copy::known_base(store::EpochId id) const {
  const std::lock_guard lock(mutex_);
  const store::Epoch* epoch = epochs_.find(id);
  return epoch == nullptr ? std::nullopt : std::optional(epoch->base);
}

Result<void> Copy::begin(store::EpochId id, Position base) {
  if (std::ranges::find(stored_epochs_, id) == stored_epochs_.end()) {
    if (auto begun = store_->begin_epoch({id, base}); !begun) return begun;
    stored_epochs_.push_back(id);
    if (stored_epochs_.size() > store::Epochs::most) stored_epochs_.erase(stored_epochs_.begin());
  }
  if (known_base(id)) return {};
  {
    const std::lock_guard lock(mutex_);
    epochs_.begin({id, base});
    head_ = std::max(head_, base);
  }
  if (live_) listener_.on_epoch({id, base});
  return {};
}

Result<void> Copy::go_on(const Meeting& meeting, std::size_t first) {
  const std::span<const SharedEpoch> epochs = std::span(meeting.epochs).subspan(first);
  const auto known =
      std::ranges::find_if(epochs, [this](const auto& epoch) { return known_base(epoch.id).has_value(); });
  const Position head = stand_ ? stand_->position : head_;
  std::uint64_t offset = live_ || stand_ ? head - epochs.front().begun.position : 0;
  if (known != epochs.end()) offset = *known_base(known->id) - known->begun.position;

  // Those that retention has passed altogether, and the one that the floor is in.
  Stand next{.log = meeting.log, .entry = meeting.floor, .mark = meeting.floor_mark};
  std::size_t passed = 0;
  while (passed < epochs.size() && !(meeting.floor < epochs[passed].begun)) ++passed;
  const bool at_floor = passed != 0;
  if (!at_floor) {
    next.entry = epochs.front().begun;
    next.mark = epochs.front().mark;
    passed = 1;
  }
  const auto base_of = [&](const SharedEpoch& epoch) {
    const auto base = known_base(epoch.id);
    if (base) offset = *base - epoch.begun.position;
    return base.value_or(epoch.begun.position + offset);
  };
  next.epoch = epochs[passed - 1].id;
  for (const SharedEpoch& epoch : epochs.first(passed)) next.position = base_of(epoch);
  next.position = next.entry.position + offset;
  if (auto written = witness_.write(stand_.value_or(next), next); !written) return written;
  for (const SharedEpoch& epoch : epochs.first(passed)) {
    if (auto begun = begin(epoch.id, base_of(epoch)); !begun) return begun;
  }
  if (at_floor) {
    if (auto skipped = skip_to(next.position); !skipped) return skipped;
  }
  stand_ = next;
  settle();
  return {};
}

Result<void> Copy::skip_to(Position position) {
  if (auto skipped = store_->skip_to(position); !skipped) return skipped;
  if (!live_) return {};
  note_gone(position);
  {
    const std::lock_guard lock(mutex_);
    if (position > head_) skipped_.add();
    head_ = std::max(head_, position);
  }
  listener_.on_floor(position);
  return {};
}

Result<bool> Copy::take(std::vector<Entry> entries) {
  const std::span<Entry> all(entries);
  std::size_t done = 0;
  const auto follows = [&](const Entry& entry, const EntryId& before, Mark mark) {
    const bool record = std::holds_alternative<store::Record>(entry.what);
    const EntryId next = record ? EntryId{before.position + 1, 0} : EntryId{before.position, before.place + 1};
    return entry.id == next && entry.previous == mark;
  };
  while (done < all.size()) {
    std::size_t records = 0;
    EntryId before = stand_->entry;
    Mark mark = stand_->mark;
    while (done + records < all.size() && std::holds_alternative<store::Record>(all[done + records].what) &&
           follows(all[done + records], before, mark)) {
      before = all[done + records].id;
      mark = all[done + records].mark;
      ++records;
    }
    if (records > 0) {
      if (auto taken = take_records(all.subspan(done, records)); !taken) return tl::unexpected(taken.error());
      done += records;
      continue;
    }
    const Entry& entry = all[done++];
    if (!follows(entry, before, mark)) return false;
    Stand next = *stand_;
    next.entry = entry.id;
    next.mark = entry.mark;
    if (const auto* epoch = std::get_if<EpochBegun>(&entry.what)) {
      next.epoch = epoch->id;
      next.position = known_base(epoch->id).value_or(next.position);
      if (auto written = witness_.write(*stand_, next); !written) return tl::unexpected(written.error());
      if (auto begun = begin(epoch->id, next.position); !begun) return tl::unexpected(begun.error());
    } else {
      on_fact(std::get<Fact>(entry.what));
    }
    stand_ = next;
  }
  return true;
}

Result<void> Copy::take_records(std::span<Entry> entries) {
  Stand next = *stand_;
  const Position stored = store_->extent().head;
  std::vector<store::Append> appends;
  Records records;
  appends.reserve(entries.size());
  records.reserve(entries.size());
  for (Entry& entry : entries) {
    auto& taken = std::get<store::Record>(entry.what);
    taken.position = ++next.position;
    taken.time = last_time_ = std::max(last_time_, taken.time);
    taken.event.key.clear();  // Redis knows what it stands for
    auto record = std::make_shared<const store::Record>(std::move(taken));
    if (record->position > stored) appends.push_back({record, {}});
    records.push_back(std::move(record));
  }
  next.entry = entries.back().id;
  next.mark = entries.back().mark;
  if (auto written = witness_.write(*stand_, next); !written) return written;
  if (auto appended = store_->append(appends, store::Durability::process); !appended) return appended;
  stand_ = next;
  tell(std::move(records));
  return {};
}

void Copy::tell(Records records) {
  {
    const std::lock_guard lock(mutex_);
    if (live_) std::erase_if(records, [this](const auto& record) { return record->position <= head_; });
  }
  // Before the head shows them: whoever asks for it and connects at once is known to those who stream.
  if (live_ && !records.empty()) listener_.on_committed(records);
  if (!records.empty()) {
    const std::lock_guard lock(mutex_);
    head_ = records.back()->position;
  }
  settle();
}

// Readers may come back once all is there that the listener was told of.
void Copy::settle() {
  const std::lock_guard lock(mutex_);
  if (live_ && stand_->position >= head_) filling_ = false;
}

Result<void> Copy::follow_floor(const Meeting& meeting) {
  measure();
  const Position shared_floor = meeting.floor.position;
  if (shared_floor == 0 || !stand_) return {};
  // The epoch that the floor is in.
  const SharedEpoch* in = nullptr;
  for (const SharedEpoch& epoch : meeting.epochs) {
    if (epoch.begun.position <= shared_floor && known_base(epoch.id)) in = &epoch;
  }
  if (in == nullptr) return {};
  const Position floor = *known_base(in->id) + (shared_floor - in->begun.position);
  const store::Extent extent = store_->extent();
  if (floor <= extent.floor || floor > extent.head) return {};
  note_gone(floor);
  if (auto raised = store_->raise_floor(floor); !raised) return raised;
  if (live_) listener_.on_floor(floor);
  return {};
}

void Copy::note_gone(Position floor) {
  std::optional<WallTime> time;
  const auto take_first = [&](Position after, Position until) {
    const auto found = store_->scan(after, until, 1);
    if (found && !found->empty()) time = found->front()->time;
  };
  if (floor > 0) take_first(floor - 1, floor);
  // Where that is gone already: the first that stays is at least as young.
  if (!time) take_first(floor, store_->extent().head);
  const std::lock_guard lock(mutex_);
  gone_until_ = time.value_or(std::max(last_time_, gone_until_.value_or(last_time_)));
}

void Copy::go_live() {
  filling_ = false;
  live_ = true;
  const store::Extent extent = store_->extent();
  store::Epochs epochs;
  {
    const std::lock_guard lock(mutex_);
    head_ = stand_->position;
    epochs = epochs_;
  }
  for (const store::Epoch& epoch : epochs.all()) listener_.on_epoch(epoch);
  if (extent.floor == 0) return;
  note_gone(extent.floor);
  listener_.on_floor(extent.floor);
}

void Copy::measure() {
  const store::Extent extent = store_->extent();
  kept_events_.set(static_cast<std::int64_t>(extent.head - extent.floor));
  kept_bytes_.set(static_cast<std::int64_t>(extent.bytes));
}

store::Cursor Copy::head() const {
  const std::lock_guard lock(mutex_);
  return epochs_.empty() ? store::Cursor{} : epochs_.cursor(head_);
}

bool Copy::holds(const store::Cursor& cursor) const {
  const std::lock_guard lock(mutex_);
  const store::Epoch* epoch = epochs_.find(cursor.epoch);
  if (epoch == nullptr) return false;
  return epoch != &epochs_.running() || cursor.sequence <= head_ - epoch->base;
}

std::optional<std::string> Copy::damage() const {
  const std::shared_lock lock(gate_);
  return store_ ? store_->damage() : std::nullopt;
}

bool Copy::readable() const {
  const std::shared_lock lock(gate_);
  return store_ && store_->readable();
}

Result<store::Page> Copy::read(const store::ReadQuery& query) const {
  const std::shared_lock lock(gate_);
  if (filling_ || !store_) return fail(ErrorCode::overloaded, "The log's copy is being filled anew.", Seconds{1});
  return store_->read(query);
}

Result<store::TimePlace> Copy::find_time(WallTime time) const {
  const std::shared_lock lock(gate_);
  if (filling_ || !store_) return fail(ErrorCode::overloaded, "The log's copy is being filled anew.", Seconds{1});
  return store_->last_before(time).transform([&](Position position) {
    const std::lock_guard head_lock(mutex_);
    return store::TimePlace{.position = position, .gone = gone_until_ && time <= *gone_until_};
  });
}

}  // namespace tidings::shared
