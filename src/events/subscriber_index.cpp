#include "events/subscriber_index.hpp"

#include <utility>

namespace tidings::events {

void SubscriberIndex::add(Subscriber& subscriber, const std::vector<Pattern>& types,
                          const std::vector<Pattern>& channels) {
  users_.add(TextHash{}(subscriber.user()), &subscriber);

  std::vector<Pattern> wanted = normalized(types);
  auto& filter = filters_[key_of(wanted)];
  if (!filter) filter = std::make_unique<TypeFilter>(shard_, std::move(wanted));
  subscriber.filter = filter.get();
  filter->streams.add(subscriber);

  if (channels.empty()) return;
  std::vector<Pattern> heard = normalized(channels);
  auto& interest = interests_[key_of(heard)];
  if (!interest) {
    interest = std::make_unique<ChannelInterest>(std::move(heard));
    channels_.add(*interest);
  }
  subscriber.interest = interest.get();
  interest->streams.add(subscriber);
}

void SubscriberIndex::remove(Subscriber& subscriber) {
  users_.remove(TextHash{}(subscriber.user()), [&](const Subscriber* stream) { return stream == &subscriber; });

  subscriber.filter->streams.remove(subscriber);
  if (subscriber.filter->streams.empty()) {
    std::string key = key_of(*subscriber.filter->patterns());
    held_ ? emptied_filters_.push_back(std::move(key)) : forget_filter(key);
  }
  subscriber.filter = nullptr;
  if (subscriber.interest == nullptr) return;
  subscriber.interest->streams.remove(subscriber);
  if (subscriber.interest->streams.empty()) {
    std::string key = key_of(*subscriber.interest->patterns());
    held_ ? emptied_interests_.push_back(std::move(key)) : forget_interest(key);
  }
  subscriber.interest = nullptr;
}

std::vector<TypeFilter*> SubscriberIndex::filters() const {
  std::vector<TypeFilter*> all;
  all.reserve(filters_.size());
  for (const auto& [key, filter] : filters_) all.push_back(filter.get());
  return all;
}

void SubscriberIndex::forget_filter(const std::string& key) {
  const auto found = filters_.find(key);
  if (found != filters_.end() && found->second->streams.empty()) filters_.erase(found);
}

void SubscriberIndex::forget_interest(const std::string& key) {
  const auto found = interests_.find(key);
  if (found == interests_.end() || !found->second->streams.empty()) return;
  channels_.remove(*found->second);
  interests_.erase(found);
}

void SubscriberIndex::release() {
  held_ = false;
  for (const std::string& key : std::exchange(emptied_filters_, {})) forget_filter(key);
  for (const std::string& key : std::exchange(emptied_interests_, {})) forget_interest(key);
}

}  // namespace tidings::events
