#include "observe/log.hpp"

#include <unistd.h>

#include <atomic>
#include <mutex>
#include <span>
#include <utility>

#include "observe/line_writer.hpp"
#include "observe/log_line.hpp"
#include "platform/clock.hpp"

namespace tidings::observe {
namespace {

struct Log {
  std::atomic<Level> least{Level::info};
  std::atomic<Format> format{Format::text};
  std::mutex writing;
  // Under the mutex:
  std::uint64_t lost = 0;  // lines, since this was last confessed
  std::function<void(std::string_view)> sink;
};

// Never destroyed, so that threads may log while the process ends.
Log& the_log() {
  static Log& instance = *new Log;
  return instance;
}

void write(Log& to, std::string line) {
  const std::scoped_lock lock(to.writing);
  if (to.sink) return to.sink(line);
  line.push_back('\n');
  if (!write_line(STDERR_FILENO, line)) {
    ++to.lost;
    return;
  }
  if (to.lost == 0) return;
  const Field count("count", to.lost);
  line = format_line(to.format, SystemClock().wall(), Level::warning, "log_lines_lost", std::span(&count, 1));
  line.push_back('\n');
  if (write_line(STDERR_FILENO, line)) to.lost = 0;
}

}  // namespace

void configure_log(Level least, Format format) {
  the_log().least = least;
  the_log().format = format;
}

void redirect_log(std::function<void(std::string_view)> sink) {
  const std::scoped_lock lock(the_log().writing);
  the_log().sink = std::move(sink);
}

bool log_enabled(Level level) { return level >= the_log().least.load(std::memory_order_relaxed); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) noexcept {
  if (!log_enabled(level)) return;
  Log& to = the_log();
  try {
    write(to, format_line(to.format, SystemClock().wall(), level, event, std::span(fields.begin(), fields.size())));
  } catch (...) {  // out of memory: losing a line must not end what was worth logging
    const std::scoped_lock lock(to.writing);
    ++to.lost;
  }
}

}  // namespace tidings::observe
