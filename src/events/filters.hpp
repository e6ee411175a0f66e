// What streams want, interned: streams with equal lists of patterns share one object, so that a stream holds a pointer
// and a type is judged once a filter, not once a stream. On one shard's thread; the pattern lists themselves are
// immutable and may be read by any.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/committed_frame.hpp"
#include "events/pattern.hpp"

namespace tidings::events {

struct Subscriber;
class Shard;
using Patterns = std::shared_ptr<const std::vector<Pattern>>;

// Sorted, without duplicates and what another covers. Deciding needs no order, so equal wishes become equal lists.
[[nodiscard]] std::vector<Pattern> normalized(std::vector<Pattern> patterns);
// One text for equal lists.
[[nodiscard]] std::string key_of(const std::vector<Pattern>& patterns);
[[nodiscard]] bool any_matches(const std::vector<Pattern>& patterns, std::string_view name);

// Subscribers in no order; each knows its index, so that joining and leaving are O(1). 9-10 bytes a subscriber.
class SubscriberSet {
 public:
  explicit SubscriberSet(std::uint32_t Subscriber::*index) : index_(index) {}
  void add(Subscriber& subscriber);
  void remove(Subscriber& subscriber);
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] Subscriber& operator[](std::size_t at) const { return *members_[at]; }

 private:
  std::vector<Subscriber*> members_;
  std::uint32_t Subscriber::*index_;
};

// Which types pass. Without patterns: all.
class TypeFilter {
 public:
  TypeFilter(Shard& shard, std::vector<Pattern> patterns);

  // The verdict on a type is remembered for the last few types.
  [[nodiscard]] bool passes(const CommittedFrame& frame);
  [[nodiscard]] const Patterns& patterns() const { return patterns_; }
  [[nodiscard]] Shard& shard() const { return shard_; }
  SubscriberSet streams;

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
  explicit ChannelInterest(std::vector<Pattern> patterns);
  [[nodiscard]] bool hears(std::string_view channel) const { return any_matches(*patterns_, channel); }
  [[nodiscard]] const Patterns& patterns() const { return patterns_; }
  SubscriberSet streams;

 private:
  Patterns patterns_;
};

}  // namespace tidings::events
