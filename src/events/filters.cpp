#include "events/filters.hpp"

#include <algorithm>
#include <utility>

namespace tidings::events {

std::vector<Pattern> normalized(std::vector<Pattern> patterns) {
  std::ranges::sort(patterns);
  patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
  std::vector<Pattern> kept;
  for (const Pattern& pattern : patterns) {
    const bool covered = std::ranges::any_of(
        patterns, [&](const Pattern& other) { return !(other == pattern) && other.covers(pattern); });
    if (!covered) kept.push_back(pattern);
  }
  return kept;
}

std::string key_of(const std::vector<Pattern>& patterns) {
  std::string key;
  for (const Pattern& pattern : patterns) key.append(pattern.text()).push_back(',');
  return key;
}

bool any_matches(const std::vector<Pattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return pattern.matches(name); });
}

TypeFilter::TypeFilter(Shard& shard, std::vector<Pattern> patterns)
    : shard_(shard), patterns_(std::make_shared<const std::vector<Pattern>>(std::move(patterns))) {}

bool TypeFilter::passes(const CommittedFrame& frame) {
  if (patterns_->empty()) return true;
  constexpr std::uint64_t verdict_bit = 1;
  const std::uint64_t hash = frame.type_hash() & ~verdict_bit;
  std::uint64_t& slot = verdicts_[(hash >> 1) % remembered];
  if (slot != 0 && (slot & ~verdict_bit) == hash) return (slot & verdict_bit) != 0;
  const bool passed = any_matches(*patterns_, frame.type());
  slot = hash | (passed ? verdict_bit : 0);
  return passed;
}

}  // namespace tidings::events
