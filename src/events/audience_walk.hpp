// The streams that a frame may be for, a bounded number at a time, while streams come and go in between: each that is
// here from the beginning to the end is visited, at least once. Whether a filter passes the frame is asked once a
// group.
//
// Lists are walked from the end backwards. Who comes stands behind what was visited; who leaves is replaced by the last
// one, which was visited or is the present one, and in the latter case will be visited from its end again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "events/committed_frame.hpp"
#include "events/subscriber_index.hpp"

namespace tidings::events {

class AudienceWalk {
 public:
  explicit AudienceWalk(SubscriberIndex& index) : index_(index) {}

  // Null: to every stream, whatever its filter.
  void begin(FramePtr frame);
  // Leaves unvisited what is left of it.
  void end();
  [[nodiscard]] bool active() const { return active_; }
  [[nodiscard]] const FramePtr& frame() const { return frame_; }

  // `visit(Subscriber&)` for as many as `visits` allows, of which also each user and each group takes one; it must
  // neither add nor remove streams. A user's streams are visited together. False where there are more to visit; where
  // there are none, the walk is no longer active.
  template <typename Visit>
  bool go(std::size_t& visits, Visit visit) {
    const auto spend = [&visits](std::size_t spent) { visits -= std::min(visits, spent); };
    while (visits > 0) {
      if (user_ < users()) {
        spend(1 + index_.for_each_of(frame_->recipients().users[user_++], visit));
        continue;
      }
      if (!find_audience(visits)) {
        if (visits == 0) return false;
        end();
        return true;
      }
      const Audience& audience = *audience_;
      while (streams_left_ > 0 && visits > 0) {
        visit(audience.streams[--streams_left_]);
        --visits;
      }
    }
    return false;
  }

 private:
  // Of a list that was not begun.
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] std::size_t users() const { return frame_ ? frame_->recipients().users.size() : 0; }
  [[nodiscard]] std::size_t channels() const { return frame_ ? frame_->recipients().channels.size() : 0; }
  // The next one with streams left to visit; false where there is none, or no visit is left to look for it.
  bool find_audience(std::size_t& visits);

  SubscriberIndex& index_;
  bool active_ = false;
  FramePtr frame_;
  std::size_t user_ = 0;     // the next one, as is
  std::size_t channel_ = 0;  // this
  std::vector<const Topic*> topics_;
  // What is left of the last topic, of the last group left of it, and of the last audience left of that.
  std::size_t groups_left_ = all;
  std::size_t audiences_left_ = all;
  std::size_t streams_left_ = all;
  Audience* audience_ = nullptr;
};

}  // namespace tidings::events
