// Whom a frame is for, against the plainest matcher, while streams come and go in the middle of the walk.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/audience_walk.hpp"
#include "events/testing/index_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Listener;

class MatchingProperty : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  using Streams = std::set<const Subscriber*>;

  template <typename T>
  const T& any(const std::vector<T>& from) {
    return from[dice.below(from.size())];
  }
  void come() {
    std::string heard = any(channel_filters);
    if (dice.below(4) == 0) heard += (heard.empty() ? "own:" : ",own:") + std::to_string(dice.below(20));
    listeners.emplace_back(any(users), any(type_filters), heard).join(index);
  }
  void leave() {
    if (listeners.empty()) return;
    const auto chosen = std::next(listeners.begin(), static_cast<std::ptrdiff_t>(dice.below(listeners.size())));
    index.remove(chosen->stream);
    gone.splice(gone.end(), listeners, chosen);
  }
  store::Recipients recipients() {
    store::Recipients made;
    if (dice.below(4) == 0) return made;
    for (std::uint64_t i = dice.below(3); i > 0; --i) made.users.push_back(any(users));
    for (std::uint64_t i = dice.below(4); i > 0; --i) made.channels.push_back(any(channels));
    return made;
  }
  template <typename Of>
  Streams those(Of of) {
    Streams found;
    for (const auto* list : {&listeners, &gone}) {
      for (const Listener& listener : *list) {
        if (of(listener)) found.insert(&listener.stream);
      }
    }
    return found;
  }
  static bool contains(const Streams& all, const Streams& some) { return std::ranges::includes(all, some); }

  const std::vector<std::string> users{"u1", "u2", "u3", "u4", "u5", "u6"};
  const std::vector<std::string> types{"a", "b.c", "b.d", "b.c.e"};
  const std::vector<std::string> type_filters{"", "a", "b.*", "b.**", "a,b.c.*", "**"};
  const std::vector<std::string> channels{"n:1", "n:2", "n:1:x", "r:1", "own:3", "own:4", "n:1:x:y", "m:1:x"};
  const std::vector<std::string> channel_filters{"",      "",   "n:1",          "n:*",     "n:**,r:1", "*:1", "*:1:x",
                                                 "n:1:*", "**", "n:1,n:*,n:**", "n:*:x:*", "*:*:x",    "*"};
  SeededRandom dice{GetParam()};
  testing::Place place;
  SubscriberIndex index{place.shard, place.random};
  AudienceWalk walk{index};
  std::list<Listener> listeners;
  std::list<Listener> gone;  // in this round
};

TEST_P(MatchingProperty, EachStreamThatWantsAFrameIsVisitedAndNobodyWhomItIsNotFor) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (int round = 0; round < 200; ++round) {
    gone.clear();
    // From none to many and back.
    for (std::uint64_t i = dice.below(12); i > 0; --i) (round / 50) % 2 == 0 || dice.below(3) == 0 ? come() : leave();
    gone.clear();
    const std::string type = any(types);
    const store::Recipients to = recipients();
    const bool to_all = dice.below(10) == 0;  // the beginning of an epoch
    const bool undisturbed = dice.below(2) == 0;
    Streams visited;
    walk.begin(to_all ? nullptr : place.frame(type, to));
    std::vector<const Subscriber*> at_first;
    for (const Listener& listener : listeners) at_first.push_back(&listener.stream);
    std::size_t visits = 1 + dice.below(10);
    while (!walk.go(visits, [&](Subscriber& stream) { visited.insert(&stream); })) {
      ASSERT_EQ(visits, 0U);
      visits = 1 + dice.below(10);
      if (undisturbed) continue;
      for (std::uint64_t i = dice.below(6); i > 0; --i) dice.below(2) == 0 ? come() : leave();
    }
    ASSERT_FALSE(walk.active());
    const auto is_for = [&](const Listener& listener) { return to_all || listener.among(to); };
    const auto wanted = [&](const Listener& listener) { return to_all || (is_for(listener) && listener.wants(type)); };
    const Streams all_along = those([&](const Listener& listener) {
      return wanted(listener) && listener.stream.audience != nullptr &&
             std::ranges::count(at_first, &listener.stream) != 0;
    });
    ASSERT_TRUE(contains(visited, all_along));
    ASSERT_TRUE(contains(those(is_for), visited));
    // Of a user named by the frame all streams are visited, whatever they want.
    const bool exactly = undisturbed && to.users.empty();
    ASSERT_TRUE(!exactly || visited == all_along);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MatchingProperty, ::testing::Range(std::uint64_t{1}, std::uint64_t{9}));

class Matching : public ::testing::Test {
 protected:
  Listener& come(std::string user, std::string_view types, std::string_view channels) {
    Listener& listener = listeners.emplace_back(std::move(user), types, channels);
    listener.join(index);
    return listener;
  }
  // Visits spent and streams seen until all is walked.
  std::pair<std::size_t, std::size_t> walk_all(const FramePtr& frame) {
    std::size_t seen = 0;
    std::size_t visits = 1'000'000;
    walk.begin(frame);
    EXPECT_TRUE(walk.go(visits, [&](Subscriber&) { ++seen; }));
    return {1'000'000 - visits, seen};
  }

  testing::Place place;
  SubscriberIndex index{place.shard, place.random};
  AudienceWalk walk{index};
  std::list<Listener> listeners;
};

TEST_F(Matching, AsksEachFilterOnceHoweverManyStreamsFilterATypeOut) {
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i);
    come("u" + number, i % 2 == 0 ? "novel.*" : "team.*", "novel:42,user:" + number);
  }
  using Spent = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(walk_all(place.frame("chapter.updated", {})), Spent(2, 0));
  EXPECT_EQ(walk_all(place.frame("chapter.updated", {.users = {}, .channels = {"novel:42"}})), Spent(3, 0));
  EXPECT_EQ(walk_all(place.frame("team.joined", {.users = {}, .channels = {"novel:42"}})), Spent(153, 150));
  EXPECT_EQ(walk_all(place.frame("team.joined", {.users = {"u7"}, .channels = {"user:7"}})), Spent(5, 2));
}

TEST_F(Matching, GoesOnWhereTheOnlyStreamsOfATopicHaveLeft) {
  Listener& first = come("ann", "", "n:1");
  Listener& second = come("bob", "", "n:1,n:*");
  walk.begin(place.frame("a", {.users = {}, .channels = {"n:1"}}));
  std::size_t visits = 2;  // the channel and its first group
  EXPECT_FALSE(walk.go(visits, [](Subscriber&) {}));
  index.remove(first.stream);
  index.remove(second.stream);
  visits = 10;
  std::size_t seen = 0;
  EXPECT_TRUE(walk.go(visits, [&](Subscriber&) { ++seen; }));
  EXPECT_EQ(seen, 0U);
  // What was kept for the walk is gone after it, and comes anew.
  come("cid", "", "n:1");
  EXPECT_EQ(walk_all(place.frame("a", {.users = {}, .channels = {"n:1"}})).second, 1U);
}

TEST_F(Matching, RemembersTheVerdictsOnAFewTypesAndIsRightOnAllOfThem) {
  static_assert(sizeof(TypeFilter) <= 96);
  TypeFilter filter(place.shard, testing::patterns("novel.*,team.joined", Names::types));
  SeededRandom dice(5);
  for (int times = 0; times < 4'000; ++times) {
    const std::string number = std::to_string(dice.below(times % 2 == 0 ? 4 : 1'000'000));
    EXPECT_TRUE(filter.passes(*place.frame("novel.t" + number, {})));
    EXPECT_FALSE(filter.passes(*place.frame("novel.t.t" + number, {})));
  }
}

}  // namespace
}  // namespace tidings::events
