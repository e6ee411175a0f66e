// A subscriber index with streams that nobody reads.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events::testing {

// A shard that has no streams of its own, for an index to belong to.
struct Place {
  SystemClock clock;
  net::Reactor reactor{clock};
  SeededRandom random{1};
  StreamSettings settings;
  observe::Metrics metrics;
  ShardContext context{random, settings, std::make_shared<Quota>(settings, random), StreamMetrics(metrics),
                       SipKey::make(random)};
  Shard shard{0, reactor, context};

  [[nodiscard]] FramePtr frame(std::string type, store::Recipients recipients) const {
    const store::Event event{
        .type = std::move(type), .payload = "1", .text = false, .recipients = std::move(recipients), .key = {}};
    return std::make_shared<const CommittedFrame>(
        std::make_shared<const store::Record>(store::Record{1, WallTime{}, event}), "a-1", context.type_key);
  }
};

// A stream, and what it wants by the plainest rule there is.
struct Listener {
  // Lists of patterns, or nothing.
  Listener(std::string of, std::string_view types, std::string_view channels)
      : user(std::move(of)), passing(patterns(types, Names::types)), heard(patterns(channels, Names::channels)) {}

  void join(SubscriberIndex& index) {
    stream.names = pack_names(user, {});
    index.add(stream, passing, heard);
  }
  [[nodiscard]] bool among(const store::Recipients& recipients) const {
    if (recipients.everyone() || std::ranges::count(recipients.users, user) != 0) return true;
    return std::ranges::any_of(recipients.channels,
                               [&](const std::string& channel) { return any_matches(heard, channel); });
  }
  [[nodiscard]] bool wants(const std::string& type) const { return passing.empty() || any_matches(passing, type); }

  std::string user;
  std::vector<Pattern> passing;
  std::vector<Pattern> heard;
  Subscriber stream;
};

}  // namespace tidings::events::testing
