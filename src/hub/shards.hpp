// The reactors and their threads, one a shard. Each thread has a descriptor table of its own where the kernel lets it
// (net/descriptor_table.hpp), so that a hub holds as many connections a shard as a process may have descriptors. Hence
// what is opened on a shard's thread is used and closed there, and nowhere else.
#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "net/descriptor_table.hpp"
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

  // A descriptor that shards need as it is, to wake the thread that it belongs to. Before `start`.
  void keep(int descriptor) { also_kept_.push_back(descriptor); }
  // Once it returns each thread has its table. Where one could not have its own, the log says so and why.
  void start();
  // Ends the threads after their turn. What is posted from then on never runs.
  void stop();
  // Runs `task(shard, reactor)` on every shard's thread, and returns when all are done. Never from a shard's thread.
  void on_each(const std::function<void(std::size_t, net::Reactor&)>& task);
  // Runs `task` on one shard's thread with a descriptor there for the file that `descriptor` is on the caller's, or
  // with the reason why there is none. Returns when it is done. Never from a shard's thread, and from one thread at a
  // time.
  void lend(std::size_t shard, int descriptor, const std::function<void(Result<Descriptor>)>& task);
  // Runs `task` on the caller's thread while every shard waits between two turns: for what shards read without a lock
  // and what changes seldom. Keep it short.
  void while_paused(const std::function<void()>& task);

 private:
  // Shared: who waits may be gone before the last shard has finished telling it.
  using Latch = std::shared_ptr<std::latch>;
  [[nodiscard]] Latch one_a_shard() const;
  // What the shard's thread needs of what was opened on other threads.
  [[nodiscard]] std::vector<int> kept_by(const net::Reactor& reactor) const;

  net::DescriptorBridge bridge_;
  std::vector<int> also_kept_;
  std::vector<std::unique_ptr<net::Reactor>> reactors_;
  std::vector<std::thread> threads_;
};

}  // namespace tidings::hub
