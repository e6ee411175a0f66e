// The least that storing an event durably can cost: appends its bytes to a file and syncs them, one by one, at a rate.
//
//   bare_sync <file> <bytes> <events a second> <seconds>
//
// Prints p50 and p99 in milliseconds, from before each write until after its sync, as JSON.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
  using Clock = std::chrono::steady_clock;
  if (count != 5) {
    std::fputs("bare_sync: takes a file, bytes, events a second, and seconds\n", stderr);
    return 2;
  }
  const int file = ::open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  const std::string bytes(std::strtoull(arguments[2], nullptr, 10), 'x');
  const double rate = std::strtod(arguments[3], nullptr);
  const auto events = static_cast<std::size_t>(rate * std::strtod(arguments[4], nullptr));
  std::vector<double> delays;
  const Clock::time_point start = Clock::now();
  for (std::size_t number = 1; number <= events; ++number) {
    const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(static_cast<double>(number) / rate));
    std::this_thread::sleep_until(due);
    const Clock::time_point begun = Clock::now();
    if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fdatasync(file) != 0) {
      std::perror("bare_sync");
      return 1;
    }
    delays.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
  }
  std::sort(delays.begin(), delays.end());
  const auto percentile = [&](double part) {
    return delays.empty() ? 0.0 : delays[static_cast<std::size_t>(part * static_cast<double>(delays.size() - 1))];
  };
  std::printf("{\"events\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", delays.size(), percentile(0.5), percentile(0.99));
  return 0;
}
