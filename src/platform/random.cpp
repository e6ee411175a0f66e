#include "platform/random.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <exception>

namespace tidings {
namespace {

// What a thread has fetched and not handed out yet.
struct Fetched {
  std::array<std::byte, 512> bytes;
  std::size_t left;  // the first of `bytes`; what lies behind them is wiped
};
thread_local constinit Fetched fetched{};

void fetch(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;  // GCOVR_EXCL_LINE: only a signal before the kernel's pool is ready
      std::terminate();              // GCOVR_EXCL_LINE: no kernel that this runs on fails here
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// A process that forks must not hand out the same bytes twice. Nothing here does, but libraries might. Of the threads
// only the one that forks lives on in the child, and there it runs this: nothing has to be asked at each use.
bool forgotten_in_children() {
  return ::pthread_atfork(nullptr, nullptr, [] { ::explicit_bzero(&fetched, sizeof fetched); }) == 0;
}

}  // namespace

std::uint64_t Random::next_u64() {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  fill(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound == 0) return 0;
  // The lowest values are thrown away until a whole number of `bound`s is left, or some results would come up more
  // often.
  const std::uint64_t thrown_away = (0 - bound) % bound;
  std::uint64_t value = next_u64();
  while (value < thrown_away) value = next_u64();
  return value % bound;
}

void SystemRandom::fill(std::span<std::byte> bytes) {
  static const bool may_keep = forgotten_in_children();
  if (!may_keep || bytes.size() > fetched.bytes.size()) return fetch(bytes);
  if (bytes.size() > fetched.left) {
    fetch(fetched.bytes);
    fetched.left = fetched.bytes.size();
  }
  fetched.left -= bytes.size();
  const auto taken = std::span(fetched.bytes).subspan(fetched.left, bytes.size());
  std::copy(taken.begin(), taken.end(), bytes.begin());
  ::explicit_bzero(taken.data(), taken.size());
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    const std::size_t size = std::min(bytes.size(), sizeof mixed);
    std::memcpy(bytes.data(), &mixed, size);
    bytes = bytes.subspan(size);
  }
}

}  // namespace tidings
