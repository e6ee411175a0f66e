// Who receives what, on one shard: from a frame's recipients to the streams that want it, so that an event costs
// nothing to streams that it is not for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/audience.hpp"
#include "events/channel_index.hpp"
#include "events/dense_table.hpp"
#include "events/filters.hpp"
#include "events/subscriber.hpp"
#include "events/user_table.hpp"
#include "platform/random.hpp"
#include "platform/sip_hash.hpp"
#include "platform/slab.hpp"

namespace tidings::events {

class SubscriberIndex {
 public:
  SubscriberIndex(Shard& shard, Random& random) : shard_(shard), key_(SipKey::make(random)) {}
  ~SubscriberIndex();
  SubscriberIndex(const SubscriberIndex&) = delete;
  SubscriberIndex& operator=(const SubscriberIndex&) = delete;

  // Gives the stream its audience, and lists it there and under its user.
  void add(Subscriber& subscriber, const std::vector<Pattern>& types, const std::vector<Pattern>& channels);
  // What nobody wants any more is forgotten.
  void remove(Subscriber& subscriber);

  // `visit(Subscriber&)` for each stream of `user` here; it must neither add nor remove any. Returns how many they are.
  template <typename Visit>
  std::size_t for_each_of(std::string_view user, Visit visit) const {
    return users_.for_each_of(user, visit);
  }
  [[nodiscard]] Topic& everyone() { return everyone_; }
  // Appends the topics that an event in `channel` is for.
  void topics_of(std::string_view channel, std::vector<const Topic*>& into) const { channels_.find(channel, into); }

  // While held, topics stay where they are, if without groups; the release forgets those.
  void hold() { held_ = true; }
  void release();

 private:
  [[nodiscard]] TypeFilter& filter(std::vector<Pattern> patterns);
  [[nodiscard]] ChannelInterest& interest(std::vector<Pattern> patterns);
  void forget(TypeFilter& filter);
  void forget(ChannelInterest& interest);
  [[nodiscard]] std::uint64_t hash(const std::vector<Pattern>& patterns) const;

  Shard& shard_;
  SipKey key_;
  Topic everyone_;
  UserTable users_{key_};
  ChannelIndex channels_{key_};
  Slab<TypeFilter> filter_slab_;
  Slab<ChannelInterest> interest_slab_;
  SegmentedTable<TypeFilter*> filters_;         // by their patterns, as are
  SegmentedTable<ChannelInterest*> interests_;  // these
  Audiences audiences_{key_};
  std::vector<Pattern> left_;  // topics that became empty while held
  bool held_ = false;
};

}  // namespace tidings::events
