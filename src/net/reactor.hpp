// One thread's event loop: descriptors, timers, tasks from other threads, and work cut into slices. Everything that
// belongs to a shard lives on its reactor's thread and needs no lock. Only `post` and `stop` may be called from other
// threads.
//
// Descriptors wait in one of two edge-triggered epoll sets. What comes at a place where anyone may crowd (a listening
// socket, a connection that was never served) stands at the entrance: of those a turn tells a few, after all others, so
// that ten thousand who come hold up neither those who are served nor those who publish to them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "errors/error.hpp"
#include "net/epoll_set.hpp"
#include "net/timer.hpp"
#include "platform/clock.hpp"

namespace tidings::net {

// Work too long for one turn of the loop: done a slice at a time, with I/O, timers and tasks in between.
class SlicedWork {
 public:
  // Does about `Reactor::slice` of work; true while there is more.
  virtual bool run_slice() = 0;

 protected:
  ~SlicedWork() = default;
};

// An exception that leaves a handler, a timer, a task or a slice ends the process.
class Reactor {
 public:
  // What one `run_slice` should take at most: an accept or a ping waits no longer than a few of these.
  static constexpr std::chrono::microseconds slice{500};
  // Events told in one turn of those who are served: as many requests, for whose time nothing else is done.
  static constexpr std::size_t events_per_turn = EpollSet::most_fetched;
  // And of those at the entrance; where slices wait, some follow, which take about twice the time.
  static constexpr std::size_t newcomers_per_turn = 4;
  static constexpr int slices_after_newcomers = 2;

  using Task = std::function<void()>;

  // std::system_error where the kernel gives no epoll set.
  explicit Reactor(const Clock& clock);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // One registration for as long as a descriptor is served: `all_edges` unless told otherwise.
  // Fails (errno in the detail) only where the kernel is out of memory or watches.
  static constexpr std::uint32_t all_edges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  [[nodiscard]] Result<void> add(int fd, EventHandler& handler) { return add(fd, all_edges, handler); }
  [[nodiscard]] Result<void> add(int fd, std::uint32_t events, EventHandler& handler);
  // The same at the entrance.
  [[nodiscard]] Result<void> add_newcomer(int fd, std::uint32_t events, EventHandler& handler);
  // Takes a newcomer in among those who are served. Its descriptor is told of as if it had just been added.
  [[nodiscard]] Result<void> admit(int fd, EventHandler& handler);
  // After this the handler hears nothing more, not even of events that were already fetched.
  void remove(int fd, EventHandler& handler);

  // Runs `task` on the reactor's thread; wakes it only if it sleeps. Thread-safe. Tasks run in the order posted by
  // each thread. Once `run` has returned, tasks are destroyed unrun. What is posted is bounded by those who post.
  void post(Task task);
  // Runs `task` in this turn, once no handler, timer or task is running, or no slice, e.g. to delete the object whose
  // method is running. Reactor's thread only.
  void defer(Task task);
  // Runs `work.run_slice()` each turn until it returns false: once, and again for as long as the turn had taken before.
  // Scheduling twice is the same as once. Meant for a few long-lived works a shard, each with its own list of what is
  // to be done. Reactor's thread only.
  void schedule(SlicedWork& work);
  void unschedule(SlicedWork& work);

  // Monotonic and calendar time as of this turn's start.
  [[nodiscard]] MonotonicTime now() const { return now_; }
  [[nodiscard]] WallTime wall() const { return wall_; }
  [[nodiscard]] TimerWheel& timers() { return timers_; }

  // Turns until `stop`, which may come first; a reactor that was stopped stays so.
  void run();
  // One turn, waiting at most `wait` for something to happen; for tests and for benchmarks.
  void run_once(Milliseconds wait) noexcept;
  void stop();

  // For `keep_only`, where the reactor's thread is to have a table of its own: it needs all of them under the numbers
  // that they were opened as, and a thread with another table that posts to it needs the last.
  [[nodiscard]] std::array<int, 2> epoll_descriptors() const;
  [[nodiscard]] int wake_up_descriptor() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  MonotonicTime now_;
  WallTime wall_;
  TimerWheel timers_;
};

}  // namespace tidings::net
