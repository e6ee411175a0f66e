// From hashes to values, in little memory: open addressing with linear probing, between three quarters and seven
// eighths full, whatever the number. Several values may stand under one hash. A probe reads marks of 4 bytes that lie
// side by side and looks at a value only where the whole mark is the same, so that long probes are cheap, and neither
// growing nor removing looks at what the values name.
//
// Costs 4 bytes and a value, times 1.24 on average. Values are small and copyable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidings::events {

template <typename Value>
class DenseTable {
 public:
  void add(std::uint32_t hash, Value value) {
    if ((used_ + 1) * 8 > marks_.size() * 7) resize(marks_.size() + marks_.size() / 8 + least_slots);
    place(hash | taken, value);
    ++used_;
  }

  // A value under `hash` of which `is` is true; null where there is none. Good until the table changes.
  template <typename Is>
  [[nodiscard]] const Value* find(std::uint32_t hash, Is is) const {
    if (used_ == 0) return nullptr;
    const std::uint32_t mark = hash | taken;
    for (std::size_t at = home_of(mark); marks_[at] != free; at = after(at)) {
      if (marks_[at] == mark && is(values_[at])) return &values_[at];
    }
    return nullptr;
  }
  template <typename Is>
  [[nodiscard]] Value* find(std::uint32_t hash, Is is) {
    return const_cast<Value*>(std::as_const(*this).find(hash, is));
  }

  // `found` is what `find` returned.
  void remove(const Value* found) {
    auto hole = static_cast<std::size_t>(found - values_.data());
    // Values that a probe would no longer reach move back into the hole.
    for (std::size_t at = after(hole); marks_[at] != free; at = after(at)) {
      if (distance(home_of(marks_[at]), at) < distance(hole, at)) continue;
      marks_[hole] = marks_[at];
      values_[hole] = values_[at];
      hole = at;
    }
    marks_[hole] = free;
    --used_;
    if (marks_.size() > least_slots && used_ * 2 < marks_.size()) resize(marks_.size() * 3 / 4);
  }

  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t at = 0; at < marks_.size(); ++at) {
      if (marks_[at] != free) visit(values_[at]);
    }
  }

  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] std::size_t capacity() const { return marks_.size(); }

 private:
  static constexpr std::size_t least_slots = 4;
  // A slot's mark is its hash, but for the lowest bit, which says that there is one.
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t taken = 1;

  [[nodiscard]] std::size_t home_of(std::uint32_t mark) const { return (std::uint64_t{mark} * marks_.size()) >> 32; }
  [[nodiscard]] std::size_t after(std::size_t at) const { return at + 1 == marks_.size() ? 0 : at + 1; }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + marks_.size() - from;
  }

  void place(std::uint32_t mark, Value value) {
    std::size_t at = home_of(mark);
    while (marks_[at] != free) at = after(at);
    marks_[at] = mark;
    values_[at] = value;
  }

  void resize(std::size_t capacity) {
    const auto marks = std::exchange(marks_, std::vector<std::uint32_t>(capacity, free));
    const auto values = std::exchange(values_, std::vector<Value>(capacity));
    for (std::size_t at = 0; at < marks.size(); ++at) {
      if (marks[at] != free) place(marks[at], values[at]);
    }
  }

  std::vector<std::uint32_t> marks_;
  std::vector<Value> values_;  // as many
  std::size_t used_ = 0;
};

// The same for very many values, in parts by the hash's first bits: growing moves one part at a time, so that no call
// takes long.
template <typename Value>
class SegmentedTable {
 public:
  void add(std::uint64_t hash, Value value) {
    parts_[hash >> part_shift].add(static_cast<std::uint32_t>(hash), value);
    ++used_;
  }
  template <typename Is>
  [[nodiscard]] const Value* find(std::uint64_t hash, Is is) const {
    return parts_[hash >> part_shift].find(static_cast<std::uint32_t>(hash), is);
  }
  // One of which `is` is true must be there.
  template <typename Is>
  void remove(std::uint64_t hash, Is is) {
    DenseTable<Value>& part = parts_[hash >> part_shift];
    part.remove(part.find(static_cast<std::uint32_t>(hash), is));
    --used_;
  }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const DenseTable<Value>& part : parts_) part.for_each(visit);
  }
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  static constexpr int part_shift = 58;
  std::array<DenseTable<Value>, 64> parts_;
  std::size_t used_ = 0;
};

}  // namespace tidings::events
