// One thread's event loop: an edge-triggered epoll set, timers, tasks from other threads, and work cut into slices.
// Everything that belongs to a shard lives on its reactor's thread and needs no lock. Only `post` and `stop` may be
// called from other threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "errors/error.hpp"
#include "net/timer.hpp"
#include "platform/clock.hpp"
#include "platform/descriptor.hpp"

namespace tidings::net {

// Told when its descriptor is ready. Edge-triggered: read or write until EAGAIN before waiting for the next edge. One
// descriptor a handler.
class EventHandler {
 public:
  virtual void on_ready(std::uint32_t epoll_events) = 0;

 protected:
  ~EventHandler() = default;
};

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
  // Events fetched in one turn: as many requests, for whose time nothing else is done.
  static constexpr int events_per_turn = 64;

  using Task = std::function<void()>;

  // std::system_error where the kernel gives no epoll set.
  explicit Reactor(const Clock& clock);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // One registration for a descriptor's whole life: EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET unless told otherwise.
  // Fails (errno in the detail) only where the kernel is out of memory or watches.
  [[nodiscard]] Result<void> add(int fd, EventHandler& handler);
  [[nodiscard]] Result<void> add(int fd, std::uint32_t events, EventHandler& handler);
  // After this the handler hears nothing more, not even of events that were already fetched.
  void remove(int fd, EventHandler& handler);

  // Runs `task` on the reactor's thread; wakes it only if it sleeps. Thread-safe. Tasks run in the order posted by
  // each thread. Once `run` has returned, tasks are destroyed unrun. What is posted is bounded by those who post.
  void post(Task task);
  // Runs `task` in this turn, once no handler, timer or task is running, or no slice, e.g. to delete the object whose
  // method is running. Reactor's thread only.
  void defer(Task task);
  // Runs `work.run_slice()` each turn until it returns false: once, and again for as long as the turn had taken before.
  // Scheduling twice is the same as once. Meant for a few
  // long-lived works a shard, each with its own list of what is to be done. Reactor's thread only.
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

  // For `keep_only`, where the reactor's thread is to have a table of its own: it needs both under the numbers that
  // they were opened as, and a thread with another table that posts to it needs the second.
  [[nodiscard]] int epoll_descriptor() const;
  [[nodiscard]] int wake_up_descriptor() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  MonotonicTime now_;
  WallTime wall_;
  TimerWheel timers_;
};

}  // namespace tidings::net
