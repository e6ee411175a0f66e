#include "store/append_group.hpp"

#include <algorithm>

namespace tidings::store {

Result<std::vector<Position>> AppendGroup::add(std::vector<KeyedEvent> events) {
  const std::size_t before = appends_.size();
  std::vector<Position> positions;
  positions.reserve(events.size());
  for (KeyedEvent& event : events) {
    auto position = place(std::move(event));
    if (!position) {
      truncate(before);
      return tl::unexpected(std::move(position).error());
    }
    positions.push_back(*position);
  }
  return positions;
}

Result<Position> AppendGroup::place(KeyedEvent keyed) {
  const std::string& key = keyed.event.key;
  const Position next = head() + 1;
  if (!key.empty()) {
    std::optional<KeyEntry> known;
    if (const auto found = keys_.find(key); found != keys_.end()) {
      known = found->second;
    } else {
      auto stored = store_.find_key(key);
      if (!stored) return tl::unexpected(std::move(stored).error());
      known = *std::move(stored);
    }
    if (known && known->fingerprint == keyed.fingerprint) return known->position;
    if (known) return fail(ErrorCode::key_reused, "another event was published under the key \"" + key + "\"");
    keys_.emplace(key, KeyEntry{next, keyed.fingerprint});
  }
  auto record = std::make_shared<Record>(Record{next, time_, std::move(keyed.event)});
  appends_.push_back({std::move(record), std::move(keyed.fingerprint)});
  return next;
}

void AppendGroup::truncate(std::size_t size) {
  for (std::size_t i = size; i < appends_.size(); ++i) keys_.erase(appends_[i].record->event.key);
  appends_.resize(size);
}

std::vector<RecordPtr> AppendGroup::records() const {
  std::vector<RecordPtr> records(appends_.size());
  std::ranges::transform(appends_, records.begin(), &Append::record);
  return records;
}

}  // namespace tidings::store
