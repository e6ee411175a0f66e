// What the kernel says of the server's processes (proc(5)), together.
#pragma once

#include <cstdint>
#include <string>

namespace tidings::bench {

// `RssAnon`, in bytes. `pids` by commas. Ends the process where one can't be read.
[[nodiscard]] std::uint64_t anonymous_memory(const std::string& pids);
// `utime` + `stime` of all threads, in seconds; in steps of the kernel's tick, usually 10 ms.
[[nodiscard]] double processor_seconds(const std::string& pids);

}  // namespace tidings::bench
