// Pointers in no order, which it doesn't own. 16 bytes, and no allocation for a single one: most lists of streams, of
// those who hear a name, and so on hold one. More cost 8 to 10 bytes each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tidings::events {

template <typename Object>
class CompactList {
 public:
  CompactList() : only_(nullptr) {}
  ~CompactList() {
    if (capacity_ != 0) delete[] all_;
  }
  CompactList(const CompactList&) = delete;
  CompactList& operator=(const CompactList&) = delete;

  // Its place is the last one; returns that.
  std::uint32_t add(Object& object) {
    // Doubling would leave up to 8 bytes each unused; a fifth costs little more copying.
    if (size_ == room()) resize(size_ + size_ / 5 + 1);
    data()[size_] = &object;
    return size_++;
  }

  // The last one takes its place; null where it was the last one itself.
  Object* remove(std::uint32_t place) {
    Object* const last = data()[--size_];
    const bool moves = place != size_;
    data()[place] = last;
    if (capacity_ != 0 && size_ * 2 < capacity_) resize(size_ + size_ / 5);
    return moves ? last : nullptr;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Object& operator[](std::size_t place) const { return *data()[place]; }

 private:
  [[nodiscard]] std::uint32_t room() const { return capacity_ == 0 ? 1 : capacity_; }
  [[nodiscard]] Object** data() { return capacity_ == 0 ? &only_ : all_; }
  [[nodiscard]] Object* const* data() const { return capacity_ == 0 ? &only_ : all_; }

  void resize(std::uint32_t capacity) {
    Object** const old = capacity_ == 0 ? nullptr : all_;
    Object* const only = size_ == 0 ? nullptr : data()[0];
    if (capacity <= 1) {
      only_ = only;
      capacity_ = 0;
    } else {
      auto* const made = new Object*[capacity];
      std::copy_n(data(), size_, made);
      all_ = made;
      capacity_ = capacity;
    }
    delete[] old;
  }

  union {
    Object* only_;
    Object** all_;  // where there is a capacity
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace tidings::events
