// From the log's news to the streams that each frame is for.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "events/shard.hpp"

namespace tidings::events {

void Shard::take_news() {
  ShardNews news;
  while (ring_.head() - dispatched_ < most_undispatched && undispatched_bytes_ < most_undispatched_bytes &&
         queue_->pop(news)) {
    learn(news);
  }
}

void Shard::learn(const ShardNews& news) {
  if (const auto* frame = std::get_if<FramePtr>(&news)) return learn_frame(*frame);
  if (const auto* floor = std::get_if<FloorRaised>(&news)) return learn_floor(floor->floor);
  const auto& epoch = std::get<store::Epoch>(news);
  timeline_.begin(epoch);
  if (head_known_) return pass_to(epoch.base);
  // Before anything was read or sent: the log tells of the epochs that it knows.
  ring_.restart(epoch.base);
  dispatched_ = epoch.base;
  dispatched_epoch_ = timeline_.running();
}

void Shard::learn_floor(store::Position floor) {
  timeline_.raise_floor(floor);
  if (!head_known_ || floor <= ring_.head()) return;
  // Retention took what this hub was never told of (a copy that was cut off for long): every stream is told of the gap.
  ring_.restart(floor);
  begin_anew();
}

// Positions up to this one hold no event, or none that the log tells of.
void Shard::pass_to(store::Position position) {
  ring_.pass_to(position);
  if (ring_.start() > dispatched_) begin_anew();
}

// After the ring has been restarted beyond what is dispatched: every stream stands where it has come to, and finds what
// it lacks in the log.
void Shard::begin_anew() {
  connections_.for_each([this](Subscriber& stream) {
    if (stream.state != StreamState::live) return;
    settle(stream);
    make_ready(stream);
  });
  if (walk_.active()) walk_.end();
  dispatched_ = ring_.head();
  undispatched_bytes_ = 0;
}

void Shard::learn_frame(const FramePtr& frame) {
  if (!head_known_) {
    head_known_ = true;
    ring_.restart(frame->position() - 1);
    dispatched_ = ring_.head();
  }
  // Committed between the question for the head and the news of it: every stream here began after it.
  if (frame->position() <= ring_.head()) return;
  pass_to(frame->position() - 1);
  ring_.push(frame, dispatched_);
  undispatched_bytes_ += frame->bytes();
}

// Where the log ended when the first stream came, where nothing was committed since the hub started.
void Shard::find_head() {
  if (head_known_ || context_.log == nullptr) return;
  const auto head = timeline_.position(context_.log->head());
  if (!head) return;
  head_known_ = true;
  ring_.restart(std::max(*head, ring_.head()));
  dispatched_ = ring_.head();
}

bool Shard::dispatch(std::size_t visits) {
  while (walk_.active() || begin_dispatch()) {
    const FramePtr frame = walk_.frame();
    if (!walk_.go(visits, [&](Subscriber& stream) { visit(stream, frame.get()); })) return true;
    if (frame) {
      dispatched_ = frame->position();
      undispatched_bytes_ -= frame->bytes();
    }
    if (visits == 0) return true;
  }
  return false;
}

// Starts on what comes next; false where all is dispatched.
bool Shard::begin_dispatch() {
  const auto epoch_end = timeline_.end(dispatched_epoch_);
  if (epoch_end && *epoch_end <= dispatched_) {
    // Every stream is told of a new epoch.
    ++dispatched_epoch_;
    walk_.begin(nullptr);
    return true;
  }
  while (dispatched_ < ring_.head() && !ring_.at(dispatched_ + 1)) ++dispatched_;
  if (dispatched_ == ring_.head()) return false;
  walk_.begin(ring_.at(dispatched_ + 1));
  return true;
}

// `frame` is null at the beginning of an epoch.
void Shard::visit(Subscriber& stream, const CommittedFrame* frame) {
  if (stream.state != StreamState::live) return;
  if (frame == nullptr) {
    if (stream.epoch == timeline_.running()) return;
    settle(stream);
    return make_ready(stream);
  }
  // Asked here too, since a walk may visit streams that it is not for.
  if (stream.cursor >= frame->position() || !stream.filter().passes(*frame)) return;
  stream.cursor = frame->position() - 1;
  stream.set(Subscriber::matched);
  make_ready(stream);
}

}  // namespace tidings::events
