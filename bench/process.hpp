// What the kernel says of another process (proc(5)).
#pragma once

#include <cstdint>

namespace tidings::bench {

// `RssAnon`, in bytes. Ends the process where it can't be read.
[[nodiscard]] std::uint64_t anonymous_memory(int pid);
// `utime` + `stime` of all its threads, in seconds; in steps of the kernel's tick, usually 10 ms.
[[nodiscard]] double processor_seconds(int pid);

}  // namespace tidings::bench
