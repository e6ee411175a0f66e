// The thread that reads the log for those who are behind. What waits for it is bounded: whoever comes beyond that is
// told so and asks again.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tidings::store {

class LogReader {
 public:
  // A shard has at most 32 reads under way, so this is never reached unless something else is wrong.
  static constexpr std::size_t most_waiting = 4'096;

  LogReader() = default;
  ~LogReader() { stop(); }
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  void start();
  // What waits still runs; nothing is taken any more.
  void stop();
  // Runs `task` on the thread, soon. False where too many wait or the thread doesn't run; nothing was kept then.
  [[nodiscard]] bool submit(std::function<void()> task);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool running_ = false;
  std::thread thread_;
};

}  // namespace tidings::store
