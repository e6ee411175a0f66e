// What the log's thread tells one shard, in order: a bounded ring with one producer (the log) and one consumer (the
// shard's reactor), without a lock. A shard that falls behind makes the log wait: that is the hub's back-pressure, and
// it ends at the publishers.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <variant>

#include "events/committed_frame.hpp"
#include "store/cursor.hpp"

namespace tidings::events {

struct FloorRaised {
  store::Position floor = 0;
};
using ShardNews = std::variant<FramePtr, store::Epoch, FloorRaised>;

class ShardQueue {
 public:
  static constexpr std::size_t capacity = 4096;
  // Of frames, but for one that is larger by itself.
  static constexpr std::size_t most_bytes = 4 * 1024 * 1024;
  // How long the producer rests before it looks again whether there is room.
  static constexpr std::chrono::microseconds pause{100};

  // Producer. Waits while the queue is full; false once it is closed: nobody reads it any more.
  bool push(const ShardNews& news) {
    const std::size_t at = written_.load(std::memory_order_relaxed);
    const std::size_t bytes = bytes_of(news);
    while (!takes(at, bytes)) {
      if (closed()) return false;
      std::this_thread::sleep_for(pause);
    }
    bytes_written_ += bytes;
    slots_[at % capacity] = news;
    written_.store(at + 1, std::memory_order_release);
    return !closed();
  }

  // Consumer. False where there is nothing.
  bool pop(ShardNews& into) {
    const std::size_t at = read_.load(std::memory_order_relaxed);
    if (at == written_.load(std::memory_order_acquire)) return false;
    into = std::exchange(slots_[at % capacity], ShardNews{});
    bytes_read_.store(bytes_read_.load(std::memory_order_relaxed) + bytes_of(into), std::memory_order_relaxed);
    read_.store(at + 1, std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool empty() const {
    return read_.load(std::memory_order_relaxed) == written_.load(std::memory_order_acquire);
  }

  // Any thread: the consumer is gone.
  void close() { closed_.store(true, std::memory_order_release); }
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }

  // Producer: whether the consumer must be woken; true once until `waking`.
  [[nodiscard]] bool must_wake() { return !awake_.exchange(true, std::memory_order_acq_rel); }
  // Consumer, before it looks for news: from now on it must be woken again.
  void waking() { awake_.exchange(false, std::memory_order_acq_rel); }

 private:
  static std::size_t bytes_of(const ShardNews& news) {
    const auto* frame = std::get_if<FramePtr>(&news);
    return frame != nullptr ? (*frame)->bytes() : 0;
  }
  // Producer: whether there is room at `at`. What `read_` says has been read is in `bytes_read_` too, or more is.
  [[nodiscard]] bool takes(std::size_t at, std::size_t bytes) const {
    const std::size_t read = read_.load(std::memory_order_acquire);
    if (at == read) return true;
    return at - read < capacity && bytes_written_ - bytes_read_.load(std::memory_order_relaxed) + bytes <= most_bytes;
  }

  std::array<ShardNews, capacity> slots_;
  alignas(64) std::atomic<std::size_t> written_{0};
  std::size_t bytes_written_ = 0;  // of all frames that ever were; the producer's own
  alignas(64) std::atomic<std::size_t> read_{0};
  std::atomic<std::size_t> bytes_read_{0};
  alignas(64) std::atomic<bool> awake_{false};
  std::atomic<bool> closed_{false};
};

}  // namespace tidings::events
