#include "net/reactor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>

namespace tidings::net {
namespace {

Descriptor opened(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(fd);
}

constexpr Milliseconds longest_wait = std::chrono::hours{1};

}  // namespace

struct Reactor::Impl {
  explicit Impl(const Clock& the_clock) : clock(the_clock) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = nullptr;
    if (::epoll_ctl(set.get(), EPOLL_CTL_ADD, wake_up.get(), &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  void fetch(Milliseconds wait);
  void dispatch();
  void run_posted();
  void run_slices();
  void share_turn(MonotonicTime began);
  void run_deferred();
  void drop_tasks();
  void wake_if(bool asleep) const;

  const Clock& clock;
  Descriptor set = opened(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  // Its edge is all that counts: it is never read, and each write is an edge.
  Descriptor wake_up = opened(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");

  std::array<epoll_event, events_per_turn> fetched{};
  std::span<epoll_event> waiting;  // fetched and not yet dispatched
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
  // Negative only where a signal came first, which is as good as nothing having happened.
  const int got = ::epoll_wait(set.get(), fetched.data(), events_per_turn, timeout);
  waiting = std::span(fetched).first(static_cast<std::size_t>(std::max(got, 0)));
  const std::scoped_lock lock(mutex);
  sleeping = false;
  running_tasks.swap(posted);
}

void Reactor::Impl::dispatch() {
  while (!waiting.empty()) {
    const epoll_event event = waiting.front();
    waiting = waiting.subspan(1);
    if (event.data.ptr != nullptr) static_cast<EventHandler*>(event.data.ptr)->on_ready(event.events);
  }
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

// As much time for slices as the turn took until now, and one at least: neither those who come nor those who are served
// wait for more than half of the time.
void Reactor::Impl::share_turn(MonotonicTime began) {
  if (works.empty()) return;
  const MonotonicTime half = clock.monotonic();
  do {
    run_slices();
  } while (!works.empty() && clock.monotonic() - half < half - began);
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

Result<void> Reactor::add(int fd, EventHandler& handler) {
  return add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, handler);
}

Result<void> Reactor::add(int fd, std::uint32_t events, EventHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (::epoll_ctl(impl_->set.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return fail(ErrorCode::internal, std::string("can't watch a descriptor: ") + std::strerror(errno));
}

void Reactor::remove(int fd, EventHandler& handler) {
  epoll_event unused{};
  ::epoll_ctl(impl_->set.get(), EPOLL_CTL_DEL, fd, &unused);
  for (epoll_event& event : impl_->waiting) {
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
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
  impl_->dispatch();
  impl_->run_posted();
  timers_.advance(now_);
  impl_->run_deferred();
  impl_->share_turn(now_);
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

int Reactor::epoll_descriptor() const { return impl_->set.get(); }

int Reactor::wake_up_descriptor() const { return impl_->wake_up.get(); }

}  // namespace tidings::net
