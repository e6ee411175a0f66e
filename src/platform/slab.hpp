// Objects of one kind that live long and are many, side by side in blocks. An allocator's header and rounding cost up
// to 16 bytes an object; worse, each object that outlives the request it was made in pins the holes that the request's
// own memory leaves around it. A slab does neither.
//
//   Slab<Stream> streams;
//   Stream& stream = streams.make(socket);
//   streams.destroy(stream);
//
// Holds as many places as there ever were objects at a time, until its end; so what is made in it must be bounded. On
// one thread. Under AddressSanitizer a destroyed object's place is poisoned until the next object takes it.
#pragma once

#include <sanitizer/asan_interface.h>

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace tidings {

template <typename Object>
class Slab {
 public:
  static constexpr std::size_t objects_a_block = 64;

  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  // All that was made must be destroyed by then.
  ~Slab() {
    assert(size_ == 0);
    // Whoever gets this memory next may touch it.
    for (const auto& block : blocks_) ASAN_UNPOISON_MEMORY_REGION(block.get(), sizeof(Place) * objects_a_block);
  }

  template <typename... Arguments>
  [[nodiscard]] Object& make(Arguments&&... arguments) {
    if (free_ == nullptr) add_block();
    Place* const place = free_;
    ASAN_UNPOISON_MEMORY_REGION(place, sizeof(Place));
    free_ = place->next_free;
    ++size_;
    return *::new (place->object) Object(std::forward<Arguments>(arguments)...);
  }

  // `object` is one that `make` returned.
  void destroy(Object& object) {
    object.~Object();
    // An object stands at its place's beginning.
    give_back(reinterpret_cast<Place*>(&object));
    --size_;
  }

  // How many there are now.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  union Place {
    Place* next_free;
    alignas(Object) std::byte object[sizeof(Object)];
  };

  void give_back(Place* place) {
    place->next_free = free_;
    free_ = place;
    ASAN_POISON_MEMORY_REGION(place, sizeof(Place));
  }

  void add_block() {
    Place* const block = blocks_.emplace_back(new Place[objects_a_block]).get();
    for (std::size_t i = objects_a_block; i > 0; --i) give_back(block + i - 1);
  }

  std::vector<std::unique_ptr<Place[]>> blocks_;
  Place* free_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tidings
