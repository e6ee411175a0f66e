#include "platform/slab.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tidings {
namespace {

struct Counted {
  Counted(int& counter, std::string text) : alive(counter), name(std::move(text)) { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int& alive;
  std::string name;
};

TEST(Slab, MakesAndDestroysObjects) {
  int alive = 0;
  Slab<Counted> slab;
  Counted& first = slab.make(alive, "a name that is too long to stand in the string itself");
  Counted& second = slab.make(alive, "second");
  EXPECT_EQ(alive, 2);
  EXPECT_EQ(slab.size(), 2U);
  slab.destroy(first);
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(second.name, "second");
  slab.destroy(second);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(slab.size(), 0U);
}

TEST(Slab, KeepsObjectsWhereTheyAreAndUsesPlacesAgain) {
  Slab<std::uint64_t> slab;
  std::vector<std::uint64_t*> made;
  for (std::uint64_t i = 0; i < 10 * Slab<std::uint64_t>::objects_a_block; ++i) made.push_back(&slab.make(i));
  std::set<std::uint64_t*> places(made.begin(), made.end());
  EXPECT_EQ(places.size(), made.size());
  for (std::size_t i = 0; i < made.size(); i += 2) slab.destroy(*made[i]);
  for (std::size_t i = 0; i < made.size(); i += 2) {
    made[i] = &slab.make(i);
    EXPECT_TRUE(places.contains(made[i]));
  }
  for (std::size_t i = 0; i < made.size(); ++i) EXPECT_EQ(*made[i], i);
  for (std::uint64_t* object : made) slab.destroy(*object);
}

TEST(Slab, AlignsWhatMustBeAligned) {
  struct alignas(64) Line {
    char bytes[64];
  };
  Slab<Line> slab;
  Line& first = slab.make();
  Line& second = slab.make();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&first) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&second) % 64, 0U);
  slab.destroy(first);
  slab.destroy(second);
}

}  // namespace
}  // namespace tidings
