#include "hub/shards.hpp"

#include <pthread.h>

#include <string>

#include "observe/log.hpp"

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

std::vector<int> Shards::kept_by(const net::Reactor& reactor) const {
  std::vector<int> kept(bridge_.kept().begin(), bridge_.kept().end());
  kept.insert(kept.end(), also_kept_.begin(), also_kept_.end());
  for (const int set : reactor.epoll_descriptors()) kept.push_back(set);
  // Shards post to each other.
  for (const auto& any : reactors_) kept.push_back(any->wake_up_descriptor());
  return kept;
}

void Shards::start() {
  const Latch parted = one_a_shard();
  for (std::size_t shard = 0; shard < reactors_.size(); ++shard) {
    net::Reactor& reactor = *reactors_[shard];
    threads_.emplace_back([shard, parted, &reactor, kept = kept_by(reactor)] {
      const auto own = net::keep_only(kept);
      if (!own) {
        observe::log(observe::Level::warning, "descriptors_shared", {{"shard", shard}, {"detail", own.error().detail}});
      }
      parted->count_down();
      reactor.run();
    });
    pthread_setname_np(threads_.back().native_handle(), ("shard-" + std::to_string(shard)).c_str());
  }
  parted->wait();
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

void Shards::lend(std::size_t shard, int descriptor, const std::function<void(Result<Descriptor>)>& task) {
  const auto done = std::make_shared<std::latch>(1);
  auto sent = bridge_.send(descriptor);
  reactors_[shard]->post([&, done] {
    task(sent.and_then([this] { return bridge_.receive(); }));
    done->count_down();
  });
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
