#include "platform/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace tidings {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
Descriptor something() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(Descriptor, ClosesItselfAtTheEndOfItsLife) {
  int fd = -1;
  {
    const Descriptor descriptor = something();
    fd = descriptor.get();
    EXPECT_TRUE(descriptor);
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(Descriptor, IsNothingByDefault) {
  Descriptor descriptor;
  EXPECT_FALSE(descriptor);
  EXPECT_EQ(descriptor.get(), -1);
  descriptor.reset();
}

TEST(Descriptor, HandsItsDescriptorOverWhenMoved) {
  Descriptor first = something();
  const int fd = first.get();
  Descriptor second(std::move(first));
  EXPECT_EQ(second.get(), fd);
  EXPECT_FALSE(first);  // NOLINT: what is left of it is the question
}

TEST(Descriptor, ClosesWhatItHeldWhenAssigned) {
  Descriptor first = something();
  Descriptor second = something();
  const int replaced = first.get();
  const int kept = second.get();
  first = std::move(second);
  EXPECT_FALSE(is_open(replaced));
  EXPECT_EQ(first.get(), kept);
  Descriptor& itself = first;
  first = std::move(itself);
  EXPECT_TRUE(is_open(kept));
}

TEST(Descriptor, ReleasesWithoutClosing) {
  Descriptor first = something();
  const Descriptor owner(first.release());
  EXPECT_FALSE(first);
  EXPECT_TRUE(is_open(owner.get()));
}

}  // namespace
}  // namespace tidings
