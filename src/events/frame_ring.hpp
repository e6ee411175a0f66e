// The newest frames, by position: what almost every stream is served from. One a shard, on its thread; the frames are
// shared by all shards.
#pragma once

#include <cstddef>
#include <deque>

#include "events/committed_frame.hpp"

namespace tidings::events {

class FrameRing {
 public:
  static constexpr std::size_t most_frames = 16'384;
  static constexpr std::size_t most_bytes = 32 * 1024 * 1024;

  // Holds nothing, and ends at `head`.
  void restart(store::Position head);
  // The next frame; positions that were passed over hold none. Lets the oldest go where there are too many, but none
  // after `keep_after`, which a shard has yet to dispatch.
  void push(FramePtr frame, store::Position keep_after);
  // Positions up to this one hold no event, or none that is not here. Where they are more than a ring of frames, it
  // restarts there, whatever it holds: a copy of the log that was cut off for long may go on millions of them later.
  void pass_to(store::Position position);

  // Everything after `start()` is here, up to `head()`.
  [[nodiscard]] store::Position start() const { return start_; }
  [[nodiscard]] store::Position head() const { return start_ + frames_.size(); }
  [[nodiscard]] bool holds_after(store::Position position) const { return position >= start_; }
  // start() < position <= head(). Null where no event was ever stored there.
  [[nodiscard]] const FramePtr& at(store::Position position) const { return frames_[position - start_ - 1]; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void drop_oldest();

  std::deque<FramePtr> frames_;
  store::Position start_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace tidings::events
