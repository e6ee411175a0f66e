#include "store/append_group.hpp"

#include <algorithm>

namespace tidings::store {

Result<AppendGroup::Placed> AppendGroup::add(std::span<std::shared_ptr<Record>> records,
                                             std::span<const std::string>& fingerprints) {
  static const std::string none;
  const std::size_t before = appends_.size();
  const Placed placed{positions_.size(), records.size()};
  const auto keyed = std::ranges::count_if(records, [](const auto& record) { return !record->event.key.empty(); });
  const auto* fingerprint = fingerprints.data();
  fingerprints = fingerprints.subspan(static_cast<std::size_t>(keyed));
  for (auto& record : records) {
    const bool has_key = !record->event.key.empty();
    auto position = place(std::move(record), has_key ? *fingerprint++ : none);
    if (!position) {
      truncate(before);
      positions_.resize(placed.first);
      return tl::unexpected(std::move(position).error());
    }
    positions_.push_back(*position);
  }
  return placed;
}

Result<Position> AppendGroup::place(std::shared_ptr<Record> record, const std::string& fingerprint) {
  const std::string& key = record->event.key;
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
    if (known && known->fingerprint == fingerprint) return known->position;
    if (known) return fail(ErrorCode::key_reused, "another event was published under the key \"" + key + "\"");
    keys_.emplace(key, KeyEntry{next, fingerprint});
  }
  record->position = next;
  record->time = time_;
  appends_.push_back({std::move(record), fingerprint});
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
