// What the hub asks of its process: descriptors, signals, and files that only its own user reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "platform/clock.hpp"
#include "platform/descriptor.hpp"

namespace tidings::hub {

// Raises the soft limit of open descriptors to the hard one; the limit that holds then.
std::size_t raise_descriptor_limit();

// Whether the kernel gives threads descriptor tables of their own (net/descriptor_table.hpp): asks for one on a thread
// that ends at once.
[[nodiscard]] bool gives_descriptor_tables();

// Cores that this process may run on, at least 1.
[[nodiscard]] std::size_t usable_cores();

// Files that are made from now on are their owner's alone; writing to a closed connection is an error, not a signal.
void set_process_manners();

// The signals that the hub answers to, as something to wait for. Blocks them, so it must be made before any thread is.
class Signals {
 public:
  enum class Kind : std::uint8_t { reload, stop };

  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next signal, or nothing where `wake` was called or `wait` is over before. No `wait`: as long as it takes.
  [[nodiscard]] std::optional<Kind> next(std::optional<Milliseconds> wait);
  // Ends one `next`, now or to come. Thread-safe.
  void wake();

 private:
  Descriptor signals_;
  Descriptor woken_;
};

}  // namespace tidings::hub
