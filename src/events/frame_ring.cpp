#include "events/frame_ring.hpp"

#include <utility>

namespace tidings::events {

void FrameRing::restart(store::Position head) {
  frames_.clear();
  bytes_ = 0;
  start_ = head;
}

void FrameRing::drop_oldest() {
  // Long unused, and so in no near cache; the next ones will soon go too.
  constexpr std::size_t ahead = 4;
  if (frames_.size() > ahead) __builtin_prefetch(frames_[ahead].get());
  if (frames_.front()) bytes_ -= frames_.front()->bytes();
  frames_.pop_front();
  ++start_;
}

void FrameRing::pass_to(store::Position position) {
  if (position > head() && position - head() > most_frames) return restart(position);
  while (head() < position) frames_.push_back(nullptr);
}

void FrameRing::push(FramePtr frame, store::Position keep_after) {
  pass_to(frame->position() - 1);
  bytes_ += frame->bytes();
  frames_.push_back(std::move(frame));
  while ((frames_.size() > most_frames || bytes_ > most_bytes) && start_ < keep_after) drop_oldest();
}

}  // namespace tidings::events
