// A figure from a faulty run is worth nothing: every failure ends the process with status 1.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tidings::bench {

[[noreturn]] inline void give_up(std::string_view why) {
  std::fprintf(stderr, "sse_load: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

}  // namespace tidings::bench
