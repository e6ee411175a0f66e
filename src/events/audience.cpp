#include "events/audience.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "events/subscriber.hpp"

namespace tidings::events {

static_assert(sizeof(Topic) == 16 && sizeof(Audience) == 40 && sizeof(AudienceGroup) == 40);

namespace {

std::size_t topics_of(const ChannelInterest* interest) {
  return 1 + (interest == nullptr ? 0 : interest->patterns()->size());
}

}  // namespace

Audiences::~Audiences() {
  audiences_.for_each([this](Audience* audience) { audience_slab_.destroy(*audience); });
  groups_.for_each([this](AudienceGroup* group) { group_slab_.destroy(*group); });
}

std::uint64_t Audiences::hash(const void* one, const void* other) const {
  const std::array both{one, other};
  return sip_hash_1_3(key_, {reinterpret_cast<const char*>(both.data()), sizeof both});
}

Audience* Audiences::find(const TypeFilter& filter, const ChannelInterest* interest) const {
  Audience* const* found = audiences_.find(hash(&filter, interest), [&](const Audience* audience) {
    return &audience->filter == &filter && audience->interest == interest;
  });
  return found == nullptr ? nullptr : *found;
}

Audience& Audiences::make(TypeFilter& filter, ChannelInterest* interest, const std::vector<Topic*>& topics) {
  auto listings = std::make_unique<Audience::Listing[]>(topics.size());
  Audience& audience = audience_slab_.make(filter, interest);
  audiences_.add(hash(&filter, interest), &audience);
  for (std::size_t i = 0; i < topics.size(); ++i) {
    AudienceGroup& in = group(*topics[i], filter);
    listings[i] = {&in, in.audiences.add(audience)};
  }
  audience.listings = std::move(listings);
  return audience;
}

AudienceGroup& Audiences::group(Topic& topic, TypeFilter& filter) {
  const std::uint64_t hash_of_both = hash(&topic, &filter);
  AudienceGroup* const* found = groups_.find(
      hash_of_both, [&](const AudienceGroup* group) { return &group->topic == &topic && &group->filter == &filter; });
  if (found != nullptr) return **found;
  AudienceGroup& made = group_slab_.make(topic, filter);
  made.place = topic.groups.add(made);
  groups_.add(hash_of_both, &made);
  return made;
}

void Audiences::forget(Audience& audience) {
  for (std::size_t i = 0; i < topics_of(audience.interest); ++i) leave(audience.listings[i]);
  audiences_.remove(hash(&audience.filter, audience.interest),
                    [&](const Audience* other) { return other == &audience; });
  audience_slab_.destroy(audience);
}

void Audiences::leave(Audience::Listing listing) {
  AudienceGroup& group = *listing.group;
  if (Audience* moved = group.audiences.remove(listing.place)) {
    const auto end = moved->listings.get() + topics_of(moved->interest);
    std::find_if(moved->listings.get(), end, [&](const auto& other) { return other.group == &group; })->place =
        listing.place;
  }
  if (!group.audiences.empty()) return;
  if (AudienceGroup* moved = group.topic.groups.remove(group.place)) moved->place = group.place;
  groups_.remove(hash(&group.topic, &group.filter), [&](const AudienceGroup* other) { return other == &group; });
  group_slab_.destroy(group);
}

}  // namespace tidings::events
