// The reactors and their threads, one a shard.
#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "net/reactor.hpp"
#include "platform/clock.hpp"

namespace tidings::hub {

class Shards {
 public:
  Shards(std::size_t count, const Clock& clock);
  // Stops what still runs.
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  [[nodiscard]] std::size_t size() const { return reactors_.size(); }
  [[nodiscard]] std::vector<net::Reactor*> reactors() const;

  void start();
  // Ends the threads after their turn. What is posted from then on never runs.
  void stop();
  // Runs `task(shard, reactor)` on every shard's thread, and returns when all are done. Never from a shard's thread.
  void on_each(const std::function<void(std::size_t, net::Reactor&)>& task);
  // Runs `task` on the caller's thread while every shard waits between two turns: for what shards read without a lock
  // and what changes seldom. Keep it short.
  void while_paused(const std::function<void()>& task);

 private:
  // Shared: who waits may be gone before the last shard has finished telling it.
  using Latch = std::shared_ptr<std::latch>;
  [[nodiscard]] Latch one_a_shard() const;

  std::vector<std::unique_ptr<net::Reactor>> reactors_;
  std::vector<std::thread> threads_;
};

}  // namespace tidings::hub
