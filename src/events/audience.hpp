// Who hears what, in three layers, so that an event costs a look-up a filter and not one a stream:
//
//   Topic          a channel's name, a pattern, or everyone: what an event may be for
//   AudienceGroup  those of a topic with one filter: whether a type passes is asked once of all of them
//   Audience       the streams with one filter and one interest, listed once under each topic of theirs
//
// A stream stands in one audience, however many channels it hears. Streams that want the same share theirs: 9 bytes a
// stream. All lists are without order, and the last one takes the place of one that leaves. On one shard's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "events/compact_list.hpp"
#include "events/dense_table.hpp"
#include "events/filters.hpp"
#include "platform/sip_hash.hpp"
#include "platform/slab.hpp"

namespace tidings::events {

struct Subscriber;
struct AudienceGroup;

// 16 bytes.
struct Topic {
  CompactList<AudienceGroup> groups;
};

// 40 bytes.
struct Audience {
  struct Listing {
    AudienceGroup* group = nullptr;
    std::uint32_t place = 0;
  };

  Audience(TypeFilter& passing, ChannelInterest* heard) : filter(passing), interest(heard) {}

  TypeFilter& filter;
  ChannelInterest* interest;  // null: no channels
  CompactList<Subscriber> streams;
  std::unique_ptr<Listing[]> listings;  // one a topic: everyone, then the interest's patterns in their order
};

// 40 bytes.
struct AudienceGroup {
  AudienceGroup(Topic& of, TypeFilter& passing) : topic(of), filter(passing) {}

  Topic& topic;
  TypeFilter& filter;
  CompactList<Audience> audiences;
  std::uint32_t place = 0;  // in the topic
};

// All audiences of a shard and their groups.
class Audiences {
 public:
  explicit Audiences(const SipKey& key) : key_(key) {}
  ~Audiences();
  Audiences(const Audiences&) = delete;
  Audiences& operator=(const Audiences&) = delete;

  // Null where nobody has both.
  [[nodiscard]] Audience* find(const TypeFilter& filter, const ChannelInterest* interest) const;
  // One that there was not yet. It hears all of `topics`.
  [[nodiscard]] Audience& make(TypeFilter& filter, ChannelInterest* interest, const std::vector<Topic*>& topics);
  // One without streams. Topics may be left without groups.
  void forget(Audience& audience);

 private:
  [[nodiscard]] std::uint64_t hash(const void* one, const void* other) const;
  [[nodiscard]] AudienceGroup& group(Topic& topic, TypeFilter& filter);
  void leave(Audience::Listing listing);

  SipKey key_;
  Slab<Audience> audience_slab_;
  Slab<AudienceGroup> group_slab_;
  SegmentedTable<Audience*> audiences_;    // by filter and interest
  SegmentedTable<AudienceGroup*> groups_;  // by topic and filter
};

}  // namespace tidings::events
