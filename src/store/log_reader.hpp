// The thread that reads the log for those who are behind. What waits for it is bounded: whoever comes beyond that is
// told so and asks again. What it has read is bounded too: it reads on when enough of that was let go. Tasks are short,
// and wait for neither: they run between whatever else it does. It gives way to the threads that deliver, since where
// they share a core a reader would take every other slice of time from them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "store/event_store.hpp"
#include "store/held_bytes.hpp"
#include "store/read_plan.hpp"

namespace tidings::store {

class LogReader {
 public:
  // A shard asks for 4,096 pages at a time.
  static constexpr std::size_t most_waiting = 32'768;
  // In records on pages that somebody holds, before more is read; and as much may one pass add.
  static constexpr std::size_t most_held_bytes = 24 * 1024 * 1024;

  // One pass answers queries, so many at least, that begin so near the first of those that wait.
  static constexpr std::size_t least_shared = 32;
  static constexpr Position near = 65'536;
  // It goes no further than a page for each by its index would have cost about as much as: so many of the log's records
  // for each query, which is as many on its page where each record is for one of them.
  static constexpr Position positions_a_read = 128;
  // And it asks what queries want no more often than all of them would, each reading the log's records by itself.
  static constexpr std::size_t asked_a_read = most_scanned_records;
  // It is given up where fewer than one in so many of the first records are wanted: so many a query are looked at,
  // since who asks together may be for events that lie together, and this many at least.
  static constexpr std::size_t least_wanted = 32;
  static constexpr std::size_t looked_at_a_read = 32;
  static constexpr std::size_t looked_at_first = 4'096;
  // What it goes through between two looks at the tasks.
  static constexpr std::size_t bytes_a_scan = 256 * 1024;
  static constexpr Position positions_a_scan = 4'096;

  using ReadOne = std::function<Result<Page>(const ReadQuery&)>;

  explicit LogReader(const EventStore& store)
      : read_one_([&store](const ReadQuery& query) { return store.read(query); }), store_(&store) {}
  // Answers each query by itself.
  explicit LogReader(ReadOne read_one) : read_one_(std::move(read_one)) {}
  ~LogReader() { stop(); }
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  void start();
  // What waits still runs; nothing is taken any more.
  void stop();
  // Runs `task` on the thread, soon. False where too many wait or the thread doesn't run; nothing was kept then.
  [[nodiscard]] bool submit(std::function<void()> task);
  // Answers these on the thread. Those that are returned were not taken, for the same reasons.
  [[nodiscard]] std::vector<Read> submit(std::vector<Read> reads);

 private:
  void run();
  // What waits may be read now; under the lock.
  [[nodiscard]] bool may_read() const;
  // The first that waits, and with it those that one pass could answer; under the lock.
  std::vector<Read> take_reads();
  void answer(std::vector<Read> reads);
  bool answer_together(std::vector<Read>& reads);
  void answer_one(Read& read);
  // False where the reader is to stop.
  bool run_tasks();
  // Those whose beginning a pass did not come to are the next.
  void put_back(std::vector<Read> reads);

  ReadOne read_one_;
  const EventStore* store_ = nullptr;  // for passes, where there are any
  std::shared_ptr<HeldBytes> held_ = std::make_shared<HeldBytes>();
  std::mutex& mutex_ = held_->mutex();
  std::condition_variable& changed_ = held_->changed();
  std::deque<std::function<void()>> tasks_;  // this and what follows: under the mutex
  std::deque<Read> reads_;
  std::deque<Read> alone_;  // before those: what a pass was given up for
  bool running_ = false;
  std::thread thread_;
};

}  // namespace tidings::store
