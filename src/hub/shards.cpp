#include "hub/shards.hpp"

#include <pthread.h>

#include <string>

namespace tidings::hub {

Shards::Shards(std::size_t count, const Clock& clock) {
  for (std::size_t shard = 0; shard < count; ++shard) reactors_.push_back(std::make_unique<net::Reactor>(clock));
}

Shards::~Shards() { stop(); }

std::vector<net::Reactor*> Shards::reactors() const {
  std::vector<net::Reactor*> all;
  for (const auto& reactor : reactors_) all.push_back(reactor.get());
  return all;
}

void Shards::start() {
  for (std::size_t shard = 0; shard < reactors_.size(); ++shard) {
    threads_.emplace_back([reactor = reactors_[shard].get()] { reactor->run(); });
    pthread_setname_np(threads_.back().native_handle(), ("shard-" + std::to_string(shard)).c_str());
  }
}

void Shards::stop() {
  for (std::size_t shard = 0; shard < threads_.size(); ++shard) reactors_[shard]->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Shards::Latch Shards::one_a_shard() const {
  return std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(reactors_.size()));
}

void Shards::on_each(const std::function<void(std::size_t, net::Reactor&)>& task) {
  const Latch done = one_a_shard();
  for (std::size_t shard = 0; shard < reactors_.size(); ++shard) {
    net::Reactor& reactor = *reactors_[shard];
    reactor.post([&, shard, done] {
      task(shard, reactor);
      done->count_down();
    });
  }
  done->wait();
}

void Shards::while_paused(const std::function<void()>& task) {
  const Latch paused = one_a_shard();
  const Latch resumed = std::make_shared<std::latch>(1);
  for (const auto& reactor : reactors_) {
    reactor->post([paused, resumed] {
      paused->count_down();
      resumed->wait();
    });
  }
  paused->wait();
  task();
  resumed->count_down();
}

}  // namespace tidings::hub
