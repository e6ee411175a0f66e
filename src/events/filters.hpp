// What streams want, interned: streams with equal lists of patterns share one object, so that a stream holds a pointer
// and a type is judged once a filter, not once a stream. On one shard's thread; the pattern lists themselves are
// immutable and may be read by any.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/committed_frame.hpp"
#include "events/pattern.hpp"

namespace tidings::events {

class Shard;
using Patterns = std::shared_ptr<const std::vector<Pattern>>;

// Sorted, without duplicates and what another covers. Deciding needs no order, so equal wishes become equal lists.
[[nodiscard]] std::vector<Pattern> normalized(std::vector<Pattern> patterns);
// One text for equal lists.
[[nodiscard]] std::string key_of(const std::vector<Pattern>& patterns);
[[nodiscard]] bool any_matches(const std::vector<Pattern>& patterns, std::string_view name);

// Which types pass. Without patterns: all.
class TypeFilter {
 public:
  TypeFilter(Shard& shard, std::vector<Pattern> patterns);

  // The verdicts on the last few types are remembered, in 64 bytes whatever types there are.
  [[nodiscard]] bool passes(const CommittedFrame& frame);
  [[nodiscard]] const Patterns& patterns() const { return patterns_; }
  [[nodiscard]] Shard& shard() const { return shard_; }
  std::uint32_t audiences = 0;  // that have this filter

 private:
  static constexpr std::size_t remembered = 8;
  Shard& shard_;
  Patterns patterns_;
  // Type hashes, the lowest bit replaced by the verdict; 0 is none.
  std::array<std::uint64_t, remembered> verdicts_{};
};

// Which channels a stream hears. Never without patterns: a stream without channels has none.
class ChannelInterest {
 public:
  explicit ChannelInterest(std::vector<Pattern> patterns)
      : patterns_(std::make_shared<const std::vector<Pattern>>(std::move(patterns))) {}
  [[nodiscard]] bool hears(std::string_view channel) const { return any_matches(*patterns_, channel); }
  [[nodiscard]] const Patterns& patterns() const { return patterns_; }
  std::uint32_t audiences = 0;  // that have this interest

 private:
  Patterns patterns_;
};

}  // namespace tidings::events
