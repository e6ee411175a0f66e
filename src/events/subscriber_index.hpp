// Who receives what, on one shard: from a frame's recipients to the streams that want it, so that an event costs
// nothing to streams that it is not for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/channel_index.hpp"
#include "events/dense_table.hpp"
#include "events/filters.hpp"
#include "events/subscriber.hpp"

namespace tidings::events {

class SubscriberIndex {
 public:
  explicit SubscriberIndex(Shard& shard) : shard_(shard) {}

  // Gives the stream its filter and interest, and lists it under them and its user.
  void add(Subscriber& subscriber, const std::vector<Pattern>& types, const std::vector<Pattern>& channels);
  // Sets that are left empty are forgotten at once, unless a visit holds on to them: see `hold`.
  void remove(Subscriber& subscriber);

  // `visit(Subscriber&)` for each stream of `user` here; it must neither add nor remove any.
  template <typename Visit>
  void for_each_of(std::string_view user, Visit visit) const {
    // A search that takes none looks at all that it could be.
    static_cast<void>(users_.find(TextHash{}(user), [&](Subscriber* stream) {
      if (stream->user() == user) visit(*stream);
      return false;
    }));
  }
  void interests_in(std::string_view channel, std::vector<ChannelInterest*>& into) const {
    channels_.find(channel, into);
  }
  [[nodiscard]] std::vector<TypeFilter*> filters() const;

  // While held, emptied sets stay where they are; the last release forgets them.
  void hold() { held_ = true; }
  void release();

 private:
  void forget_filter(const std::string& key);
  void forget_interest(const std::string& key);

  Shard& shard_;
  SegmentedTable<Subscriber*> users_;  // each stream under its user
  std::unordered_map<std::string, std::unique_ptr<TypeFilter>> filters_;
  std::unordered_map<std::string, std::unique_ptr<ChannelInterest>> interests_;
  ChannelIndex channels_;
  std::vector<std::string> emptied_filters_;
  std::vector<std::string> emptied_interests_;
  bool held_ = false;
};

}  // namespace tidings::events
