#include "store/committer.hpp"

#include <algorithm>

#include "observe/log.hpp"

namespace tidings::store {
namespace {

using observe::Level;

constexpr std::size_t recovered_page_bytes = 1024 * 1024;

}  // namespace

Committer::Committer(EventStore& store, Durability durability, Retention retention, const Clock& clock, Random& random,
                     LogListener& listener, observe::Metrics& metrics)
    : store_(store),
      durability_(durability),
      clock_(clock),
      random_(random),
      listener_(listener),
      time_(clock),
      retention_(retention),
      events_(metrics.counter("tidings_log_events_total", "Events stored")),
      commits_(metrics.counter("tidings_log_commits_total", "Commits, each of one or more events")),
      failures_(metrics.counter("tidings_log_failures_total", "Times that the store failed while in use")),
      kept_events_(metrics.gauge("tidings_log_kept_events", "Events that retention keeps")),
      kept_bytes_(metrics.gauge("tidings_log_kept_bytes", "Bytes kept, as retention counts them")),
      healthy_(metrics.gauge("tidings_store_healthy", "1 where the store can be written and is not damaged")) {}

Result<void> Committer::start() {
  auto recovered = store_.open();
  if (!recovered) return tl::unexpected(std::move(recovered).error());
  last_time_ = recovered->last_time;
  time_.start(last_time_);
  maintained_ = clock_.monotonic();
  for (const Epoch& epoch : recovered->epochs.all()) adopt(epoch);
  {
    const std::lock_guard lock(mutex_);
    head_ = recovered->head;
  }
  if (recovered->epochs.empty()) {
    if (auto begun = begin_epoch(recovered->head, "new_log"); !begun) return begun;
  } else if (recovered->tail_may_be_lost) {
    if (auto begun = begin_epoch(recovered->head, "tail_may_be_lost"); !begun) return begun;
  }
  const bool forgets = recovered->epochs.empty() && recovered->tail_may_be_lost;
  if (recovered->floor > 0 || forgets) note_gone(recovered->floor, recovered->head);
  if (recovered->floor > 0) listener_.on_floor(recovered->floor);
  enforce_retention();
  measure();
  return {};
}

void Committer::note_gone(Position floor, Position head) {
  std::optional<WallTime> time;
  const auto take_first = [&](Position after, Position until) {
    const auto found = store_.scan(after, until, 1);
    if (found && !found->empty()) time = found->front()->time;
  };
  if (floor > 0) take_first(floor - 1, floor);
  // Where that is gone already, or no record ever was there: the first that stays is at least as young.
  if (!time) take_first(floor, head);
  const std::lock_guard lock(mutex_);
  gone_until_ = time.value_or(time_.now());
}

std::optional<WallTime> Committer::gone_until() const {
  const std::lock_guard lock(mutex_);
  return gone_until_;
}

void Committer::commit(std::vector<AppendRequest> requests) {
  if (!healthy()) return answer_all_with_failure(requests);
  last_time_ = std::max(last_time_, time_.now());
  std::size_t parts = 0;
  std::size_t events = 0;
  for (const AppendRequest& request : requests) {
    parts += request.parts.size();
    events += request.records.size();
  }
  AppendGroup group(store_, head_, last_time_, events);
  std::vector<Placed> placed;
  placed.reserve(parts);
  for (AppendRequest& request : requests) {
    std::span records(request.records);
    std::span<const std::string> fingerprints(request.fingerprints);
    for (const std::size_t part : request.parts) {
      placed.push_back(group.add(records.first(part), fingerprints));
      records = records.subspan(part);
    }
  }
  if (!group.appends().empty()) {
    if (auto stored = store_.append(group.appends(), durability_); !stored) {
      store_failed(stored.error());
      return answer_all_with_failure(requests);
    }
    commits_.add();
    publish(group.records());
  }
  answer(requests, group, placed);
}

void Committer::answer(const std::vector<AppendRequest>& requests, const AppendGroup& group,
                       const std::vector<Placed>& placed) const {
  auto next = placed.begin();
  for (const AppendRequest& request : requests) {
    std::vector<EventLog::Stored> outcomes;
    outcomes.reserve(request.parts.size());
    for (std::size_t i = 0; i < request.parts.size(); ++i) outcomes.push_back(outcome(group, *next++));
    request.done(std::move(outcomes));
  }
}

void Committer::answer_all_with_failure(const std::vector<AppendRequest>& requests) const {
  for (const AppendRequest& request : requests) {
    request.done(std::vector<EventLog::Stored>(request.parts.size(), cannot_store()));
  }
}

EventLog::Stored Committer::outcome(const AppendGroup& group, const Placed& placed) const {
  if (!placed && placed.error().code == ErrorCode::key_reused) return tl::unexpected(placed.error());
  if (!placed) return cannot_store();
  std::vector<Cursor> cursors;
  cursors.reserve(placed->count);
  for (const Position position : group.positions(*placed)) cursors.push_back(epochs_.cursor_of_event(position));
  return cursors;
}

void Committer::publish(const std::vector<RecordPtr>& records) {
  events_.add(records.size());
  listener_.on_committed(records);
  const std::lock_guard lock(mutex_);
  head_ = records.back()->position;
}

Result<void> Committer::put_fact(std::string_view name, std::string_view value) {
  if (!healthy()) return cannot_store();
  auto put = store_.put_fact(name, value);
  if (put) return put;
  store_failed(put.error());
  return cannot_store();
}

Result<void> Committer::begin_epoch(Position base, std::string_view reason) {
  Epoch epoch{random_.next_u64(), base};
  while (epochs_.find(epoch.id) != nullptr) epoch.id = random_.next_u64();
  if (auto begun = store_.begin_epoch(epoch); !begun) return begun;
  adopt(epoch);
  const std::string id = Cursor{epoch.id, 0}.text();
  observe::log(Level::info, "epoch_started",
               {{"epoch", std::string_view(id).substr(0, id.find('-'))}, {"reason", reason}});
  return {};
}

void Committer::adopt(Epoch epoch) {
  listener_.on_epoch(epoch);
  const std::lock_guard lock(mutex_);
  epochs_.begin(epoch);
  head_ = std::max(head_, epoch.base);
}

void Committer::maintain(bool forced) {
  const MonotonicTime now = clock_.monotonic();
  if (!forced && now - maintained_ < maintenance_interval) return;
  maintained_ = now;
  if (const Milliseconds jump = time_.jump(); jump != Milliseconds{0}) {
    observe::log(Level::warning, "clock_jumped", {{"by_ms", jump.count()}});
  }
  if (failed_.load() && now - tried_ >= recovery_interval) recover();
  if (healthy()) enforce_retention();
  measure();
}

void Committer::enforce_retention() {
  const Extent extent = store_.extent();
  auto floor = due_floor(extent);
  if (floor && *floor <= extent.floor) return;
  if (floor) {
    note_gone(*floor, extent.head);
    auto raised = store_.raise_floor(*floor);
    if (raised) return listener_.on_floor(*floor);
    floor = tl::unexpected(std::move(raised).error());
  }
  store_failed(floor.error());
}

Result<Position> Committer::due_floor(const Extent& extent) const {
  Retention retention;
  {
    const std::lock_guard lock(mutex_);
    retention = retention_;
  }
  Position floor = extent.floor;
  if (extent.head - extent.floor > retention.events) floor = extent.head - retention.events;
  if (extent.bytes > retention.bytes) {
    auto by_bytes = store_.floor_for_bytes(retention.bytes);
    if (!by_bytes) return by_bytes;
    floor = std::max(floor, *by_bytes);
  }
  auto by_age = store_.last_before(time_.now() - retention.age);
  if (!by_age) return by_age;
  return std::max(floor, *by_age);
}

void Committer::store_failed(const Error& error) {
  if (failed_.exchange(true)) return;
  tried_ = clock_.monotonic();
  failures_.add();
  measure();
  observe::log(Level::error, "store_failed", {{"detail", error.detail}});
}

// What was damaged stays so: only a person can bring that back.
void Committer::recover() {
  if (store_.damage()) return;
  tried_ = clock_.monotonic();
  auto recovered = store_.open();
  if (!recovered) {
    observe::log(Level::debug, "store_still_failing", {{"detail", recovered.error().detail}});
    return;
  }
  last_time_ = std::max(last_time_, recovered->last_time);
  Result<void> done = deliver_found(recovered->head);
  for (const Epoch& epoch : recovered->epochs.all()) {
    // One whose beginning was stored, but reported as failed.
    if (done && epochs_.find(epoch.id) == nullptr && epoch.base >= head_) adopt(epoch);
  }
  if (done && recovered->tail_may_be_lost) done = begin_epoch(std::max(head_, recovered->head), "tail_may_be_lost");
  if (!done) {
    observe::log(Level::debug, "store_still_failing", {{"detail", done.error().detail}});
    return;
  }
  failed_.store(false);
  observe::log(Level::info, "store_recovered", {{"head", this->head().text()}});
}

// Records of a group whose publishers were told that it failed, but which is there: everyone may see it after the next
// start, so everyone sees it now.
Result<void> Committer::deliver_found(Position head) {
  while (head_ < head) {
    auto found = store_.scan(head_, head, recovered_page_bytes);
    if (!found) return tl::unexpected(std::move(found).error());
    if (found->empty()) return {};
    publish(*found);
  }
  return {};
}

Cursor Committer::head() const {
  const std::lock_guard lock(mutex_);
  return epochs_.empty() ? Cursor{} : epochs_.cursor(head_);
}

void Committer::set_retention(Retention retention) {
  const std::lock_guard lock(mutex_);
  retention_ = retention;
}

void Committer::measure() {
  const Extent extent = store_.extent();
  kept_events_.set(static_cast<std::int64_t>(extent.head - extent.floor));
  kept_bytes_.set(static_cast<std::int64_t>(extent.bytes));
  healthy_.set(healthy() ? 1 : 0);
}

}  // namespace tidings::store
