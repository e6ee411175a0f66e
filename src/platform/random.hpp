// Randomness comes in from outside, so that a test can replay a failure from its seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tidings {

class Random {
 public:
  virtual ~Random() = default;
  // Fills `bytes`. Safe to call from any thread. Never fails: a system without randomness ends the process.
  virtual void fill(std::span<std::byte> bytes) = 0;
  [[nodiscard]] std::uint64_t next_u64();
  // Uniform in [0, bound); 0 where `bound` is 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
};

// getrandom(2): fit for secrets. Each thread fetches some hundred bytes at once and hands each of them out once, since
// what is asked for is mostly an id, and a call costs more than its bytes.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;
};

// The same sequence for the same seed (SplitMix64). For tests only; not for concurrent use.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace tidings
