#include "store/log_reader.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "store/shared_read.hpp"

namespace tidings::store {
namespace {

constexpr int niceness = 10;  // a tenth of the time that a thread which is not nice has on the same core

}  // namespace

void LogReader::start() {
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void LogReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool LogReader::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_ || tasks_.size() >= most_waiting) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

std::vector<Read> LogReader::submit(std::vector<Read> reads) {
  std::size_t taken = 0;
  {
    const std::lock_guard lock(mutex_);
    // What a pass didn't come to is back beyond the bound, where as much came meanwhile.
    const std::size_t waiting = std::min(most_waiting, reads_.size() + alone_.size());
    if (running_) taken = std::min(reads.size(), most_waiting - waiting);
    std::move(reads.begin(), reads.begin() + static_cast<std::ptrdiff_t>(taken), std::back_inserter(reads_));
  }
  changed_.notify_one();
  reads.erase(reads.begin(), reads.begin() + static_cast<std::ptrdiff_t>(taken));
  return reads;
}

void LogReader::run() {
  // Of this thread alone. Where it is refused the thread is as important as others, which costs no more than time.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, niceness));
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !running_ || !tasks_.empty() || may_read(); });
    if (!running_ && tasks_.empty() && reads_.empty() && alone_.empty()) return;
    auto reads = tasks_.empty() ? take_reads() : std::vector<Read>{};
    lock.unlock();
    if (reads.empty()) {
      run_tasks();
    } else {
      answer(std::move(reads));
    }
    lock.lock();
  }
}

bool LogReader::may_read() const { return !(reads_.empty() && alone_.empty()) && held_->below(most_held_bytes); }

bool LogReader::run_tasks() {
  std::unique_lock lock(mutex_);
  while (!tasks_.empty()) {
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = {};  // with what it holds, not under the lock
    lock.lock();
  }
  return running_;
}

std::vector<Read> LogReader::take_reads() {
  std::vector<Read> taken;
  if (!alone_.empty()) {
    taken.push_back(std::move(alone_.front()));
    alone_.pop_front();
    return taken;
  }
  const auto is_near = [first = reads_.front().query.after](const Read& read) {
    const Position after = read.query.after;
    return (after < first ? first - after : after - first) <= near;
  };
  auto end = reads_.begin() + 1;
  if (store_ != nullptr && static_cast<std::size_t>(std::ranges::count_if(reads_, is_near)) >= least_shared) {
    end = std::stable_partition(reads_.begin(), reads_.end(), is_near);
  }
  taken.assign(std::move_iterator(reads_.begin()), std::move_iterator(end));
  reads_.erase(reads_.begin(), end);
  return taken;
}

void LogReader::answer(std::vector<Read> reads) {
  if (reads.size() == 1) return answer_one(reads.front());
  if (answer_together(reads)) return;
  const std::lock_guard lock(mutex_);
  std::move(reads.begin(), reads.end(), std::back_inserter(alone_));
}

void LogReader::answer_one(Read& read) {
  auto page = read_one_(read.query);
  if (page) {
    std::size_t bytes = 0;
    for (const PageRecord& record : page->records) bytes += record.bytes_in_memory() + PageRecord::bytes_on_a_page;
    page->hold = held_->hold(bytes);
  }
  read.done(std::move(page));
}

// False where a page for each costs less; none was answered then.
bool LogReader::answer_together(std::vector<Read>& reads) {
  const auto fail_all = [&reads](const Error& error) {
    for (Read& read : reads) read.done(tl::unexpected(error));
    return true;
  };
  Position until = 0;
  Position reached = reads.front().query.after;
  for (const Read& read : reads) {
    until = std::max(until, read.query.until);
    reached = std::min(reached, read.query.after);
  }
  const Extent begun = store_->extent();
  reached = std::max(reached, begun.floor);
  until = std::min({until, begun.head, reached + positions_a_read * reads.size()});
  SharedRead pages(reads, begun.floor);
  std::size_t look_until = std::max(looked_at_first, looked_at_a_read * reads.size());
  std::size_t looked_at = 0;
  const auto enough = [&] {
    return pages.full() || pages.bytes() >= most_held_bytes || pages.asked() >= asked_a_read * reads.size();
  };
  while (reached < until && !enough()) {
    const Position scanned = std::min(until, reached + positions_a_scan);
    const auto records = store_->scan(reached, scanned, bytes_a_scan);
    if (!records) return fail_all(records.error());
    // What retention took meanwhile may be missing among them.
    if (store_->extent().floor > reached) break;
    if (records->empty()) reached = scanned;
    for (const RecordPtr& record : *records) {
      pages.take(*record);
      ++looked_at;
      reached = record->position;
      if (enough()) break;
    }
    if (looked_at >= look_until) {
      if (pages.found() * least_wanted < looked_at) return false;
      look_until = std::numeric_limits<std::size_t>::max();
    }
    if (!run_tasks()) break;
  }
  const auto hold = held_->hold(pages.bytes());
  std::vector<Read> not_reached;
  for (std::size_t number = 0; number < reads.size(); ++number) {
    Read& read = reads[number];
    if (read.query.after >= reached && reached < std::min(read.query.until, begun.head)) {
      not_reached.push_back(std::move(read));
      continue;
    }
    Page page = pages.finish(number, reached);
    page.hold = hold;
    read.done(std::move(page));
  }
  put_back(std::move(not_reached));
  return true;
}

void LogReader::put_back(std::vector<Read> reads) {
  const std::lock_guard lock(mutex_);
  reads_.insert(reads_.begin(), std::move_iterator(reads.begin()), std::move_iterator(reads.end()));
}

}  // namespace tidings::store
