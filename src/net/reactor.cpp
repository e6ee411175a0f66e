#include "net/reactor.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>

namespace tidings::net {
namespace {

Descriptor open_eventfd() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return Descriptor(fd);
}

void watch(EpollSet& set, int fd, std::uint32_t events, EventHandler* handler) {
  if (auto added = set.add(fd, events, handler); !added) throw std::runtime_error(added.error().detail);
}

constexpr Milliseconds longest_wait = std::chrono::hours{1};

// Those who have not been served yet. Readable, to the set of the others, while one of them is ready.
struct Entrance final : EventHandler {
  EpollSet set;
  bool crowded = false;
  void on_ready(std::uint32_t /*epoll_events*/) override { crowded = true; }
};

}  // namespace

struct Reactor::Impl {
  explicit Impl(const Clock& the_clock) : clock(the_clock) {
    watch(served, wake_up.get(), EPOLLIN | EPOLLET, nullptr);
    watch(served, entrance.set.descriptor(), EPOLLIN, &entrance);
  }

  void fetch(Milliseconds wait);
  void run_posted();
  void run_slices();
  int receive_newcomers();
  void share_turn(MonotonicTime began, int least);
  void run_deferred();
  void drop_tasks();
  void wake_if(bool asleep) const;

  const Clock& clock;
  EpollSet served;
  Entrance entrance;
  // Its edge is all that counts: it is never read, and each write is an edge.
  Descriptor wake_up = open_eventfd();

  bool full_turn = false;  // as many of those who are served were ready as a turn takes, or more
  std::vector<Task> deferred;
  std::vector<SlicedWork*> works;
  std::vector<SlicedWork*> works_this_turn;  // null where it has run or was unscheduled
  SlicedWork* running_work = nullptr;
  std::vector<Task> running_tasks;

  std::mutex mutex;
  // Under the mutex:
  std::vector<Task> posted;
  bool sleeping = false;
  bool over = false;
  std::atomic<bool> stopping{false};  // written under the mutex, so that nobody falls asleep on it
};

void Reactor::Impl::fetch(Milliseconds wait) {
  if (!works.empty() || !deferred.empty()) wait = Milliseconds{0};
  if (wait > Milliseconds{0}) {
    // Whoever posts after this sees `sleeping` and writes the eventfd; whoever posted before is seen here.
    const std::scoped_lock lock(mutex);
    sleeping = posted.empty() && !stopping;
    if (!sleeping) wait = Milliseconds{0};
  }
  const auto timeout = static_cast<int>(std::clamp(wait, Milliseconds{0}, longest_wait).count());
  full_turn = served.fetch(events_per_turn, timeout) == events_per_turn;
  const std::scoped_lock lock(mutex);
  sleeping = false;
  running_tasks.swap(posted);
}

void Reactor::Impl::run_posted() {
  for (Task& posted_task : running_tasks) {
    const Task task = std::move(posted_task);
    task();
  }
  running_tasks.clear();
}

void Reactor::Impl::run_slices() {
  works_this_turn.swap(works);
  for (SlicedWork*& entry : works_this_turn) {
    running_work = std::exchange(entry, nullptr);
    if (running_work == nullptr) continue;
    SlicedWork* const work = running_work;
    const bool more = work->run_slice();
    // It may have taken itself off meanwhile (then it no longer is the running one), or have scheduled itself.
    if (more && running_work == work && std::find(works.begin(), works.end(), work) == works.end()) {
      works.push_back(work);
    }
  }
  running_work = nullptr;
  works_this_turn.clear();
}

// How many slices are to follow, where any wait. The entrance stands in the same queue as those who are served, so that
// in a full turn its word may still lie behind theirs, turns away: then it is asked.
int Reactor::Impl::receive_newcomers() {
  const bool crowded = std::exchange(entrance.crowded, false);
  if (!crowded && !full_turn) return 1;
  if (entrance.set.fetch(newcomers_per_turn, 0) == 0) return 1;
  while (entrance.set.tell()) continue;
  return slices_after_newcomers;
}

// As much time for slices as the turn took until now, and `least` of them: neither those who ask nor those who are
// served wait for more than half of the time.
void Reactor::Impl::share_turn(MonotonicTime began, int least) {
  if (works.empty()) return;
  const MonotonicTime half = clock.monotonic();
  do {
    run_slices();
  } while (!works.empty() && (--least > 0 || clock.monotonic() - half < half - began));
}

void Reactor::Impl::run_deferred() {
  while (!deferred.empty()) {
    for (const Task& task : std::exchange(deferred, {})) task();
  }
}

// Tasks are destroyed outside the lock and while the reactor is whole, since what they own may call it when it dies.
void Reactor::Impl::drop_tasks() {
  for (;;) {
    std::vector<Task> unrun = std::exchange(deferred, {});
    {
      const std::scoped_lock lock(mutex);
      over = true;
      std::move(posted.begin(), posted.end(), std::back_inserter(unrun));
      posted.clear();
    }
    if (unrun.empty()) return;
  }
}

void Reactor::Impl::wake_if(bool asleep) const {
  if (!asleep) return;
  const std::uint64_t one = 1;
  // Fails only where the counter is full, and then the edge has come long ago.
  [[maybe_unused]] const ssize_t written = ::write(wake_up.get(), &one, sizeof one);
}

Reactor::Reactor(const Clock& clock)
    : impl_(std::make_unique<Impl>(clock)), now_(clock.monotonic()), wall_(clock.wall()), timers_(now_) {}

Reactor::~Reactor() { impl_->drop_tasks(); }

Result<void> Reactor::add(int fd, std::uint32_t events, EventHandler& handler) {
  return impl_->served.add(fd, events, &handler);
}

Result<void> Reactor::add_newcomer(int fd, std::uint32_t events, EventHandler& handler) {
  return impl_->entrance.set.add(fd, events, &handler);
}

Result<void> Reactor::admit(int fd, EventHandler& handler) {
  impl_->entrance.set.remove(fd, handler);
  return impl_->served.add(fd, all_edges, &handler);
}

void Reactor::remove(int fd, EventHandler& handler) {
  if (!impl_->served.remove(fd, handler)) impl_->entrance.set.remove(fd, handler);
}

void Reactor::post(Task task) {
  bool asleep = false;
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->over) return;  // the task dies after the lock is released, since it may post again
    impl_->posted.push_back(std::move(task));
    asleep = std::exchange(impl_->sleeping, false);
  }
  impl_->wake_if(asleep);
}

void Reactor::defer(Task task) { impl_->deferred.push_back(std::move(task)); }

void Reactor::schedule(SlicedWork& work) {
  for (const auto* scheduled : {&impl_->works, &impl_->works_this_turn}) {
    if (std::find(scheduled->begin(), scheduled->end(), &work) != scheduled->end()) return;
  }
  impl_->works.push_back(&work);
}

void Reactor::unschedule(SlicedWork& work) {
  std::erase(impl_->works, &work);
  std::replace(impl_->works_this_turn.begin(), impl_->works_this_turn.end(), &work, static_cast<SlicedWork*>(nullptr));
  if (impl_->running_work == &work) impl_->running_work = nullptr;
}

void Reactor::run() {
  while (!impl_->stopping.load(std::memory_order_relaxed)) run_once(longest_wait);
  impl_->drop_tasks();
}

void Reactor::run_once(Milliseconds wait) noexcept {
  const MonotonicTime due = timers_.next_due();
  if (due != MonotonicTime::max()) wait = std::min(wait, due - impl_->clock.monotonic());
  impl_->fetch(wait);
  now_ = impl_->clock.monotonic();
  wall_ = impl_->clock.wall();
  while (impl_->served.tell()) continue;
  impl_->run_posted();
  timers_.advance(now_);
  impl_->run_deferred();
  const int least_slices = impl_->receive_newcomers();
  impl_->run_deferred();
  impl_->share_turn(now_, least_slices);
  impl_->run_deferred();
}

void Reactor::stop() {
  bool asleep = false;
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
    asleep = std::exchange(impl_->sleeping, false);
  }
  impl_->wake_if(asleep);
}

std::array<int, 2> Reactor::epoll_descriptors() const {
  return {impl_->served.descriptor(), impl_->entrance.set.descriptor()};
}

int Reactor::wake_up_descriptor() const { return impl_->wake_up.get(); }

}  // namespace tidings::net
