#include "events/audience_walk.hpp"

namespace tidings::events {

void AudienceWalk::begin(FramePtr frame) {
  frame_ = std::move(frame);
  active_ = true;
  user_ = 0;
  channel_ = 0;
  groups_left_ = audiences_left_ = streams_left_ = all;
  if (!frame_ || frame_->recipients().everyone()) topics_.push_back(&index_.everyone());
  index_.hold();
}

void AudienceWalk::end() {
  active_ = false;
  topics_.clear();
  frame_.reset();
  audience_ = nullptr;
  index_.release();
}

bool AudienceWalk::find_audience(std::size_t& visits) {
  while (true) {
    if (topics_.empty()) {
      if (channel_ == channels()) return false;
      if (visits == 0) return false;
      --visits;
      index_.topics_of(frame_->recipients().channels[channel_++], topics_);
      continue;
    }
    const auto& groups = topics_.back()->groups;
    if (groups_left_ > groups.size()) {
      groups_left_ = groups.size();
      audiences_left_ = all;
    }
    if (groups_left_ == 0) {
      topics_.pop_back();
      groups_left_ = all;
      continue;
    }
    const AudienceGroup& group = groups[groups_left_ - 1];
    if (audiences_left_ == all) {
      if (visits == 0) return false;
      --visits;
      if (frame_ && !group.filter.passes(*frame_)) {
        --groups_left_;
        continue;
      }
    }
    if (audiences_left_ > group.audiences.size()) {
      audiences_left_ = group.audiences.size();
      streams_left_ = all;
    }
    if (audiences_left_ == 0) {
      --groups_left_;
      audiences_left_ = all;
      continue;
    }
    audience_ = &group.audiences[audiences_left_ - 1];
    streams_left_ = std::min(streams_left_, audience_->streams.size());
    if (streams_left_ > 0) return true;
    --audiences_left_;
    streams_left_ = all;
  }
}

}  // namespace tidings::events
