// From hashes to values, in little memory and as quickly at any size: open addressing in groups of sixteen slots,
// between three quarters and four fifths full. Several values may stand under one hash, though not many: each is looked
// at.
//
// A look-up compares the sixteen marks of a group at once, 4 bytes each, and goes on to the next group only where
// values had to pass this one because it was full. So it ends in the first group but for one in twenty that finds its
// value and one in three that doesn't, and neither the number of values nor how full the table is can be seen in what
// it costs. A value is looked at only where its whole mark is the same; neither growing nor removing looks at what the
// values name. Removing brings values back to where they would stand had the removed one never been there, so coming
// and going leaves no traces that make look-ups longer.
//
// Costs 4 bytes and a value, times 1.3 on average. Values are small and copyable. Hashes of names that strangers choose
// must be keyed: `sip_hash_1_3`.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "events/mark_group.hpp"

namespace tidings::events {

template <typename Value>
class DenseTable {
 public:
  void add(std::uint32_t hash, Value value) {
    if ((used_ + 1) * 5 > capacity() * 4) resize(groups() + std::max<std::size_t>(1, groups() / 16));
    place(hash | taken, value);
    ++used_;
  }

  // A value under `hash` of which `is` is true; null where there is none. Good until the table changes.
  template <typename Is>
  [[nodiscard]] const Value* find(std::uint32_t hash, Is is) const {
    if (used_ == 0) return nullptr;
    const std::uint32_t mark = hash | taken;
    for (std::size_t group = home_of(mark);; group = after(group)) {
      for (std::uint32_t equal = slots_with(group, mark); equal != 0; equal &= equal - 1) {
        const Value& value = values_[first_of(group) + lowest_bit(equal)];
        if (is(value)) return &value;
      }
      if (passed_[group] == 0) return nullptr;
    }
  }
  template <typename Is>
  [[nodiscard]] Value* find(std::uint32_t hash, Is is) {
    return const_cast<Value*>(std::as_const(*this).find(hash, is));
  }

  // How many groups a look-up under `hash` looks at that finds nothing.
  [[nodiscard]] std::size_t groups_searched(std::uint32_t hash) const {
    if (used_ == 0) return 0;
    std::size_t searched = 1;
    for (std::size_t group = home_of(hash | taken); passed_[group] != 0; group = after(group)) ++searched;
    return searched;
  }

  // `found` is what `find` returned.
  void remove(const Value* found) {
    auto hole = static_cast<std::size_t>(found - values_.data());
    count_passing(home_of(marks_[hole]), hole / group_slots, -1);
    marks_[hole] = free;
    --used_;
    while (passed_[hole / group_slots] != 0) hole = fill(hole);
    if (groups() > 1 && used_ * 2 < capacity()) resize(groups() * 3 / 4);
  }

  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t slot = 0; slot < marks_.size(); ++slot) {
      if (marks_[slot] != free) visit(values_[slot]);
    }
  }

  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] std::size_t capacity() const { return marks_.size(); }

 private:
  static constexpr std::size_t group_slots = mark_group_size;
  // A slot's mark is its hash, but for the lowest bit, which says that there is one.
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t taken = 1;

  [[nodiscard]] std::size_t groups() const { return passed_.size(); }
  [[nodiscard]] std::size_t home_of(std::uint32_t mark) const { return (std::uint64_t{mark} * groups()) >> 32; }
  [[nodiscard]] std::size_t after(std::size_t group) const { return group + 1 == groups() ? 0 : group + 1; }
  [[nodiscard]] static std::size_t first_of(std::size_t group) { return group * group_slots; }
  [[nodiscard]] static std::size_t lowest_bit(std::uint32_t bits) {
    return static_cast<std::size_t>(std::countr_zero(bits));
  }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + groups() - from;
  }
  [[nodiscard]] std::uint32_t slots_with(std::size_t group, std::uint32_t mark) const {
    return equal_marks(&marks_[first_of(group)], mark);
  }
  void count_passing(std::size_t from, std::size_t to, int more) {
    for (std::size_t group = from; group != to; group = after(group))
      passed_[group] += static_cast<std::uint32_t>(more);
  }

  void place(std::uint32_t mark, Value value) {
    std::size_t group = home_of(mark);
    while (slots_with(group, free) == 0) group = after(group);
    count_passing(home_of(mark), group, 1);
    const std::size_t slot = first_of(group) + lowest_bit(slots_with(group, free));
    marks_[slot] = mark;
    values_[slot] = value;
  }

  // A value that had to pass the hole's group moves into the hole: there is one. Returns the slot that it leaves.
  std::size_t fill(std::size_t hole) {
    const std::size_t to = hole / group_slots;
    std::size_t slot = first_of(after(to));
    while (marks_[slot] == free ||
           distance(home_of(marks_[slot]), slot / group_slots) < distance(to, slot / group_slots)) {
      slot = slot + 1 == marks_.size() ? 0 : slot + 1;
    }
    count_passing(to, slot / group_slots, -1);
    marks_[hole] = std::exchange(marks_[slot], free);
    values_[hole] = values_[slot];
    return slot;
  }

  void resize(std::size_t groups) {
    const auto marks = std::exchange(marks_, std::vector<std::uint32_t>(first_of(groups), free));
    const auto values = std::exchange(values_, std::vector<Value>(first_of(groups)));
    passed_.assign(groups, 0);
    for (std::size_t slot = 0; slot < marks.size(); ++slot) {
      if (marks[slot] != free) place(marks[slot], values[slot]);
    }
  }

  std::vector<std::uint32_t> marks_;
  std::vector<Value> values_;          // as many
  std::vector<std::uint32_t> passed_;  // a group: how many values stand further on because it was full
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
  template <typename Is>
  [[nodiscard]] Value* find(std::uint64_t hash, Is is) {
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
