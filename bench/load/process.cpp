#include "process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "give_up.hpp"

namespace tidings::bench {
namespace {

template <typename Read>
auto sum(const std::string& pids, const char* what, Read read) {
  decltype(read(std::declval<std::ifstream&>())) all{};
  std::istringstream list(pids);
  for (std::string pid; std::getline(list, pid, ',');) {
    std::ifstream file("/proc/" + pid + "/" + what);
    if (!file) give_up("the server, process " + pid + ", is gone");
    all += read(file);
  }
  return all;
}

std::uint64_t read_anonymous_memory(std::ifstream& file) {
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10) * 1024;
  }
  give_up("the kernel tells no RssAnon");
}

double read_processor_seconds(std::ifstream& file) {
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

}  // namespace

std::uint64_t anonymous_memory(const std::string& pids) { return sum(pids, "status", read_anonymous_memory); }

double processor_seconds(const std::string& pids) { return sum(pids, "stat", read_processor_seconds); }

}  // namespace tidings::bench
