#include "process.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace tidings::bench {
namespace {

std::ifstream open_of(int pid, const char* what) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + what);
  if (!file) {
    std::fprintf(stderr, "sse_load: the server, process %d, is gone\n", pid);
    std::exit(1);
  }
  return file;
}

}  // namespace

std::uint64_t anonymous_memory(int pid) {
  std::ifstream file = open_of(pid, "status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10) * 1024;
  }
  std::fputs("sse_load: the kernel tells no RssAnon\n", stderr);
  std::exit(1);
}

double processor_seconds(int pid) {
  std::ifstream file = open_of(pid, "stat");
  std::string line;
  std::getline(file, line);
  // The name in parentheses may hold spaces; `utime` and `stime` are the 12th and 13th fields after it.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t kernel = 0;
  fields >> user >> kernel;
  return static_cast<double>(user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace tidings::bench
