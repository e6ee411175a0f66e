// Who receives what, on one shard: from a frame's recipients to the streams that want it, so that an event costs
// nothing to streams that it is not for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "events/channel_index.hpp"
#include "events/filters.hpp"

namespace tidings::events {

// A user's streams on this shard. About 64 bytes a user, and the name where it is longer than 15.
struct UserStreams {
  std::string name;
  mutable Subscriber* first = nullptr;  // a list through `Subscriber::next_of_user`
};

class SubscriberIndex {
 public:
  explicit SubscriberIndex(Shard& shard) : shard_(shard) {}

  // Gives the stream its filter, interest and user, and lists it under them.
  void add(Subscriber& subscriber, std::string_view user, const std::vector<Pattern>& types,
           const std::vector<Pattern>& channels);
  // Sets that are left empty are forgotten at once, unless a visit holds on to them: see `hold`.
  void remove(Subscriber& subscriber);

  // Null where the user has no stream here.
  [[nodiscard]] const UserStreams* user(std::string_view name) const;
  void interests_in(std::string_view channel, std::vector<ChannelInterest*>& into) const {
    channels_.find(channel, into);
  }
  [[nodiscard]] std::vector<TypeFilter*> filters() const;

  // While held, emptied sets stay where they are; the last release forgets them.
  void hold() { held_ = true; }
  void release();

 private:
  struct ByName {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return TextHash{}(name); }
    std::size_t operator()(const UserStreams& user) const noexcept { return TextHash{}(user.name); }
    bool operator()(const UserStreams& a, const UserStreams& b) const { return a.name == b.name; }
    bool operator()(std::string_view a, const UserStreams& b) const { return a == b.name; }
    bool operator()(const UserStreams& a, std::string_view b) const { return a.name == b; }
  };
  void forget_filter(const std::string& key);
  void forget_interest(const std::string& key);

  Shard& shard_;
  std::unordered_set<UserStreams, ByName, ByName> users_;
  std::unordered_map<std::string, std::unique_ptr<TypeFilter>> filters_;
  std::unordered_map<std::string, std::unique_ptr<ChannelInterest>> interests_;
  ChannelIndex channels_;
  std::vector<std::string> emptied_filters_;
  std::vector<std::string> emptied_interests_;
  bool held_ = false;
};

}  // namespace tidings::events
