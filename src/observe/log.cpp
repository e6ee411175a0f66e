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
  LineWriter standard_error{STDERR_FILENO};
  std::function<void(std::string_view)> sink;
};

// Never destroyed, so that threads may log while the process ends.
Log& the_log() {
  static Log& instance = *new Log;
  return instance;
}

void write_line(Log& to, std::string line) {
  const std::scoped_lock lock(to.writing);
  if (to.sink) return to.sink(line);
  line.push_back('\n');
  if (!to.standard_error.write(line) || to.standard_error.lost() == 0) return;
  const Field count("count", to.standard_error.take_lost());
  std::string confession =
      format_line(to.format, SystemClock().wall(), Level::warning, "log_lines_lost", std::span(&count, 1));
  confession.push_back('\n');
  // Where even this does not fit, the next one says so again.
  if (!to.standard_error.write(confession)) to.standard_error.count_lost(std::get<std::uint64_t>(count.value));
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
    write_line(to,
               format_line(to.format, SystemClock().wall(), level, event, std::span(fields.begin(), fields.size())));
  } catch (...) {  // out of memory: losing a line must not end what was worth logging
    const std::scoped_lock lock(to.writing);
    to.standard_error.count_lost(1);
  }
}

}  // namespace tidings::observe
