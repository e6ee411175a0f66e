#include "events/subscriber_index.hpp"

#include <utility>

namespace tidings::events {

SubscriberIndex::~SubscriberIndex() {
  filters_.for_each([this](TypeFilter* filter) { filter_slab_.destroy(*filter); });
  interests_.for_each([this](ChannelInterest* interest) { interest_slab_.destroy(*interest); });
}

void SubscriberIndex::add(Subscriber& subscriber, const std::vector<Pattern>& types,
                          const std::vector<Pattern>& channels) {
  users_.add(subscriber);
  TypeFilter& passing = filter(normalized(types));
  ChannelInterest* heard = channels.empty() ? nullptr : &interest(normalized(channels));
  Audience* audience = audiences_.find(passing, heard);
  if (audience == nullptr) {
    std::vector<Topic*> topics{&everyone_};
    if (heard != nullptr) {
      for (const Pattern& pattern : *heard->patterns()) topics.push_back(&channels_.topic(pattern));
      ++heard->audiences;
    }
    ++passing.audiences;
    audience = &audiences_.make(passing, heard, topics);
  }
  subscriber.audience = audience;
  subscriber.audience_place = audience->streams.add(subscriber);
}

void SubscriberIndex::remove(Subscriber& subscriber) {
  users_.remove(subscriber);
  Audience& audience = *std::exchange(subscriber.audience, nullptr);
  if (Subscriber* moved = audience.streams.remove(subscriber.audience_place)) {
    moved->audience_place = subscriber.audience_place;
  }
  if (!audience.streams.empty()) return;
  TypeFilter& passing = audience.filter;
  ChannelInterest* heard = audience.interest;
  audiences_.forget(audience);
  if (--passing.audiences == 0) forget(passing);
  if (heard == nullptr) return;
  for (const Pattern& pattern : *heard->patterns()) {
    if (held_) {
      left_.push_back(pattern);
    } else {
      channels_.forget(pattern);
    }
  }
  if (--heard->audiences == 0) forget(*heard);
}

std::uint64_t SubscriberIndex::hash(const std::vector<Pattern>& patterns) const {
  return sip_hash_1_3(key_, key_of(patterns));
}

TypeFilter& SubscriberIndex::filter(std::vector<Pattern> patterns) {
  const std::uint64_t by = hash(patterns);
  TypeFilter** found = filters_.find(by, [&](const TypeFilter* filter) { return *filter->patterns() == patterns; });
  if (found != nullptr) return **found;
  TypeFilter& made = filter_slab_.make(shard_, std::move(patterns));
  filters_.add(by, &made);
  return made;
}

ChannelInterest& SubscriberIndex::interest(std::vector<Pattern> patterns) {
  const std::uint64_t by = hash(patterns);
  ChannelInterest** found =
      interests_.find(by, [&](const ChannelInterest* interest) { return *interest->patterns() == patterns; });
  if (found != nullptr) return **found;
  ChannelInterest& made = interest_slab_.make(std::move(patterns));
  interests_.add(by, &made);
  return made;
}

void SubscriberIndex::forget(TypeFilter& filter) {
  filters_.remove(hash(*filter.patterns()), [&](const TypeFilter* other) { return other == &filter; });
  filter_slab_.destroy(filter);
}

void SubscriberIndex::forget(ChannelInterest& interest) {
  interests_.remove(hash(*interest.patterns()), [&](const ChannelInterest* other) { return other == &interest; });
  interest_slab_.destroy(interest);
}

void SubscriberIndex::release() {
  held_ = false;
  for (const Pattern& pattern : std::exchange(left_, {})) channels_.forget(pattern);
}

}  // namespace tidings::events
