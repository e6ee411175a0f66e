#include "store/memory_store.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "store/read_plan.hpp"
#include "store/record_codec.hpp"

namespace tidings::store {
namespace {

// Ascending positions that are added at the end and taken from the front.
class PositionList {
 public:
  void push(Position position) { positions_.push_back(position); }
  void pop() {
    ++gone_;
    if (gone_ * 2 < positions_.size()) return;
    positions_.erase(positions_.begin(), positions_.begin() + static_cast<std::ptrdiff_t>(gone_));
    gone_ = 0;
  }
  [[nodiscard]] bool empty() const { return gone_ == positions_.size(); }
  void offer_to(Candidates& candidates, Position after, Position until) const {
    const auto kept = positions_.begin() + static_cast<std::ptrdiff_t>(gone_);
    for (auto at = std::upper_bound(kept, positions_.end(), after); at != positions_.end() && *at <= until; ++at) {
      if (!candidates.offer(*at)) return;
    }
  }

 private:
  std::vector<Position> positions_;
  std::size_t gone_ = 0;
};

struct Kept {
  RecordPtr record;
  std::uint64_t cumulative_bytes = 0;
};

class MemoryStore final : public EventStore {
 public:
  Result<Recovered> open() override {
    const std::unique_lock lock(mutex_);
    return Recovered{.epochs = epochs_,
                     .floor = floor_,
                     .head = head_,
                     .last_time = records_.empty() ? WallTime{} : records_.back().record->time,
                     // Whatever a process before this one stored.
                     .tail_may_be_lost = epochs_.empty()};
  }

  void close() override {}

  Result<void> append(std::span<const Append> group, Durability) override {
    const std::unique_lock lock(mutex_);
    for (const Append& append : group) add(append);
    return {};
  }

  Result<void> begin_epoch(Epoch epoch) override {
    const std::unique_lock lock(mutex_);
    epochs_.begin(epoch);
    head_ = std::max(head_, epoch.base);
    return {};
  }

  Result<void> raise_floor(Position floor) override {
    const std::unique_lock lock(mutex_);
    raise_to(std::min(floor, head_));
    return {};
  }

  Result<void> skip_to(Position position) override {
    const std::unique_lock lock(mutex_);
    head_ = std::max(head_, position);
    raise_to(head_);
    return {};
  }

  Extent extent() const override {
    const std::shared_lock lock(mutex_);
    return {.floor = floor_, .head = head_, .bytes = cumulative_bytes_ - floor_bytes_};
  }

  Result<Position> last_before(WallTime time) const override {
    const std::shared_lock lock(mutex_);
    const auto from = std::ranges::lower_bound(records_, time, {}, [](const Kept& kept) { return kept.record->time; });
    return from == records_.begin() ? floor_ : std::prev(from)->record->position;
  }

  Result<Position> floor_for_bytes(std::uint64_t bytes) const override {
    const std::shared_lock lock(mutex_);
    const std::uint64_t gone = cumulative_bytes_ > bytes ? cumulative_bytes_ - bytes : 0;
    if (gone <= floor_bytes_) return floor_;
    // The first record up to and including which enough would be gone; the last one always qualifies.
    return std::ranges::lower_bound(records_, gone, {}, &Kept::cumulative_bytes)->record->position;
  }

  Result<std::optional<KeyEntry>> find_key(std::string_view key) const override {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(std::string(key));
    if (found == keys_.end()) return std::nullopt;
    return found->second;
  }

  Result<Page> read(const ReadQuery& query) const override {
    const std::shared_lock lock(mutex_);
    const Position after = std::max(query.after, floor_);
    const Position until = std::min(query.until, head_);
    PageBuilder page(query, after);
    Candidates candidates(query.most_records);
    if (!offer_indexed(query, after, until, candidates)) return read_all(query, after, until);
    for (const Position position : candidates.positions()) {
      if (!page.add(*from(position)->record)) break;
    }
    return std::move(page).finish(candidates.complete_to(until));
  }

  Result<std::vector<RecordPtr>> scan(Position after, Position until, std::size_t most_bytes) const override {
    const std::shared_lock lock(mutex_);
    std::vector<RecordPtr> found;
    std::size_t bytes = 0;
    for (auto at = from(after + 1); at != records_.end() && at->record->position <= until; ++at) {
      bytes += at->record->event.payload.size();
      if (!found.empty() && bytes > most_bytes) break;
      found.push_back(at->record);
    }
    return found;
  }

  Result<void> put_fact(std::string_view name, std::string_view value) override {
    const std::unique_lock lock(mutex_);
    facts_.insert_or_assign(std::string(name), std::string(value));
    return {};
  }

  Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override {
    const std::shared_lock lock(mutex_);
    std::vector<std::pair<std::string, std::string>> found;
    for (auto at = facts_.lower_bound(prefix); at != facts_.end() && at->first.starts_with(prefix); ++at) {
      found.emplace_back(*at);
    }
    return found;
  }

 private:
  using Records = std::deque<Kept>;
  using Lists = std::map<std::string, PositionList, std::less<>>;

  // The first kept record at or after `position`.
  Records::const_iterator from(Position position) const {
    return std::ranges::lower_bound(records_, position, {}, [](const Kept& kept) { return kept.record->position; });
  }

  void add(const Append& append) {
    const Record& record = *append.record;
    const Recipients& to = record.event.recipients;
    cumulative_bytes_ += retained_bytes(record.event);
    head_ = record.position;
    records_.push_back({append.record, cumulative_bytes_});
    if (to.everyone()) everyone_.push(head_);
    for (const std::string& user : to.users) users_[user].push(head_);
    for (const std::string& channel : to.channels) channels_[channel].push(head_);
    if (!record.event.key.empty()) keys_.insert_or_assign(record.event.key, KeyEntry{head_, append.fingerprint});
  }

  void raise_to(Position floor) {
    floor_ = std::max(floor_, floor);
    while (!records_.empty() && records_.front().record->position <= floor_) remove_oldest();
  }

  void remove_oldest() {
    const Record& record = *records_.front().record;
    const Recipients& to = record.event.recipients;
    if (to.everyone()) everyone_.pop();
    for (const std::string& user : to.users) pop_from(users_, user);
    for (const std::string& channel : to.channels) pop_from(channels_, channel);
    if (const auto key = keys_.find(record.event.key); key != keys_.end() && key->second.position == record.position) {
      keys_.erase(key);
    }
    floor_bytes_ = records_.front().cumulative_bytes;
    records_.pop_front();
  }

  static void pop_from(Lists& lists, const std::string& name) {
    const auto list = lists.find(name);
    list->second.pop();
    if (list->second.empty()) lists.erase(list);
  }

  // False where patterns match too many channels for this to pay.
  bool offer_indexed(const ReadQuery& query, Position after, Position until, Candidates& candidates) const {
    if (query.everyone) everyone_.offer_to(candidates, after, until);
    for (const std::string& user : query.users) {
      if (const auto list = users_.find(user); list != users_.end()) list->second.offer_to(candidates, after, until);
    }
    for (const std::string& channel : query.channels) {
      const auto list = channels_.find(channel);
      if (list != channels_.end()) list->second.offer_to(candidates, after, until);
    }
    std::size_t looked_at = 0;
    for (const std::string& prefix : query.channel_prefixes) {
      for (auto list = channels_.lower_bound(prefix); list != channels_.end() && list->first.starts_with(prefix);
           ++list) {
        if (++looked_at > most_channels_by_index) return false;
        if (accepts_channel(list->first, query)) list->second.offer_to(candidates, after, until);
      }
    }
    return true;
  }

  Page read_all(const ReadQuery& query, Position after, Position until) const {
    PageBuilder page(query, after);
    std::size_t scanned = 0;
    Position read_to = after;
    auto at = from(after + 1);
    for (; at != records_.end() && at->record->position <= until; ++at) {
      if (++scanned > most_scanned_records) return std::move(page).finish(read_to);
      if (addresses(at->record->event.recipients, query) && !page.add(*at->record)) break;
      read_to = at->record->position;
    }
    return std::move(page).finish(until);
  }

  mutable std::shared_mutex mutex_;
  Epochs epochs_;
  Position floor_ = 0;
  Position head_ = 0;
  std::uint64_t floor_bytes_ = 0;       // cumulative, at the floor
  std::uint64_t cumulative_bytes_ = 0;  // at the head
  Records records_;
  PositionList everyone_;
  Lists users_;
  Lists channels_;
  std::unordered_map<std::string, KeyEntry> keys_;
  std::map<std::string, std::string, std::less<>> facts_;
};

}  // namespace

std::unique_ptr<EventStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace tidings::store
