// From the log's news to the streams that each frame is for.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "events/shard.hpp"

namespace tidings::events {

void Shard::take_news() {
  ShardNews news;
  while (ring_.head() - dispatched_ < most_undispatched && queue_->pop(news)) learn(news);
}

void Shard::learn(const ShardNews& news) {
  if (const auto* frame = std::get_if<FramePtr>(&news)) return learn_frame(*frame);
  if (const auto* floor = std::get_if<FloorRaised>(&news)) return learn_floor(floor->floor);
  const auto& epoch = std::get<store::Epoch>(news);
  timeline_.begin(epoch);
  if (head_known_) return ring_.pass_to(epoch.base);
  // Before anything was read or sent: the log tells of the epochs that it knows.
  ring_.restart(epoch.base);
  dispatched_ = epoch.base;
  dispatched_epoch_ = timeline_.running();
}

void Shard::learn_floor(store::Position floor) {
  timeline_.raise_floor(floor);
  if (!head_known_ || floor <= ring_.head()) return;
  // Retention took what this hub was never told of (a copy that was cut off for long): every stream stands where it has
  // come to, and is told of the gap.
  connections_.for_each([this](Subscriber& stream) {
    if (stream.state != StreamState::live) return;
    settle(stream);
    make_ready(stream);
  });
  if (dispatch_.active) index_.release();
  dispatch_ = {};
  ring_.restart(floor);
  dispatched_ = floor;
}

void Shard::learn_frame(const FramePtr& frame) {
  if (!head_known_) {
    head_known_ = true;
    ring_.restart(frame->position() - 1);
    dispatched_ = ring_.head();
  }
  // Committed between the question for the head and the news of it: every stream here began after it.
  if (frame->position() <= ring_.head()) return;
  ring_.push(frame, dispatched_);
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
  while (dispatch_.active || begin_dispatch()) {
    while (!dispatch_.sets.empty()) {
      const SubscriberSet& set = *dispatch_.sets.back();
      // From the end backwards: who joins stands behind and has what comes; who leaves is replaced by the last, which
      // was visited, and a second visit changes nothing.
      dispatch_.left = std::min(dispatch_.left, set.size());
      while (dispatch_.left > 0) {
        if (visits-- == 0) return true;
        visit(set[--dispatch_.left]);
      }
      dispatch_.sets.pop_back();
      if (!dispatch_.sets.empty()) dispatch_.left = dispatch_.sets.back()->size();
    }
    if (dispatch_.frame) dispatched_ = dispatch_.frame->position();
    dispatch_ = {};
    index_.release();
    if (visits == 0) return true;
  }
  return false;
}

void Shard::begin_sets(std::vector<SubscriberSet*> sets) {
  dispatch_.active = true;
  dispatch_.sets = std::move(sets);
  dispatch_.left = dispatch_.sets.empty() ? 0 : dispatch_.sets.back()->size();
  index_.hold();
}

// Starts on what comes next; false where all is dispatched.
bool Shard::begin_dispatch() {
  std::vector<SubscriberSet*> sets;
  const auto epoch_end = timeline_.end(dispatched_epoch_);
  if (epoch_end && *epoch_end <= dispatched_) {
    // Every stream is told of a new epoch.
    ++dispatched_epoch_;
    for (TypeFilter* filter : index_.filters()) sets.push_back(&filter->streams);
    begin_sets(std::move(sets));
    return true;
  }
  while (dispatched_ < ring_.head() && !ring_.at(dispatched_ + 1)) ++dispatched_;
  if (dispatched_ == ring_.head()) return false;
  dispatch_.frame = ring_.at(dispatched_ + 1);
  const CommittedFrame& frame = *dispatch_.frame;
  const store::Recipients& recipients = frame.recipients();
  if (recipients.everyone()) {
    for (TypeFilter* filter : index_.filters()) {
      if (filter->passes(frame)) sets.push_back(&filter->streams);
    }
  }
  for (const std::string& user : recipients.users) {
    index_.for_each_of(user, [this](Subscriber& stream) { visit(stream); });
  }
  found_.clear();
  for (const std::string& channel : recipients.channels) index_.interests_in(channel, found_);
  for (ChannelInterest* interest : found_) sets.push_back(&interest->streams);
  begin_sets(std::move(sets));
  return true;
}

void Shard::visit(Subscriber& stream) {
  if (stream.state != StreamState::live) return;
  if (!dispatch_.frame) {
    if (stream.epoch == timeline_.running()) return;
    settle(stream);
    return make_ready(stream);
  }
  const store::Position position = dispatch_.frame->position();
  if (stream.cursor >= position || !stream.filter->passes(*dispatch_.frame)) return;
  stream.cursor = position - 1;
  stream.set(Subscriber::matched);
  make_ready(stream);
}

}  // namespace tidings::events
