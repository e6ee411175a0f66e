// What operators and fresh tokens do to a shard's streams.
#include <algorithm>
#include <map>
#include <utility>

#include "events/shard.hpp"

namespace tidings::events {

Result<void> Shard::extend(const ConnectionId& id, std::string_view user, WallTime expires_at,
                           std::optional<std::int64_t> issued_at, const CoversChannel& covers) {
  Subscriber* stream = connections_.find(id);
  if (stream == nullptr || stream->user() != user) {
    return fail(ErrorCode::connection_not_found, "this user has no such connection");
  }
  accept_token(*stream, expires_at, issued_at);
  arm(*stream);
  if (stream->interest() != nullptr && !std::ranges::all_of(*stream->interest()->patterns(), covers)) {
    say_bye(*stream, Bye::channel_lost);
  }
  return {};
}

bool Shard::disconnect(const ConnectionId& id) {
  Subscriber* stream = connections_.find(id);
  if (stream == nullptr) return false;
  say_bye(*stream, Bye::disconnected);
  return true;
}

std::size_t Shard::disconnect_user(std::string_view user, std::optional<std::int64_t> until) {
  std::vector<Subscriber*> streams;
  index_.for_each_of(user, [&](Subscriber& stream) {
    if (!until || stream.issued_at <= *until) streams.push_back(&stream);
  });
  for (Subscriber* stream : streams) say_bye(*stream, Bye::revoked);
  return streams.size();
}

bool Shard::give_way(std::string_view user) {
  Subscriber* stuck = nullptr;
  Milliseconds longest = context_.settings.heartbeat.load();
  index_.for_each_of(user, [&](Subscriber& stream) {
    const Milliseconds silence = silent_for(stream);
    if (silence < longest) return;
    longest = silence;
    stuck = &stream;
  });
  if (stuck == nullptr) return false;
  context_.metrics.gave_way.add();
  abort(*stuck);
  return true;
}

ConnectionInfo Shard::describe(const Subscriber& stream) const {
  Spot spot = stream.spot();
  if (stream.state == StreamState::live) spot.position = std::max(spot.position, dispatched_);
  ConnectionInfo info;
  info.id = stream.id;
  info.user = stream.user();
  info.address = stream.address.text();
  info.opened_at = WallTime{Seconds{stream.opened_at}};
  info.expires_at = stream.expires_at();
  info.cursor = timeline_.cursor(spot);
  info.behind = ring_.head() - std::min(ring_.head(), spot.position);
  info.events = stream.events;
  if (stream.interest() != nullptr) {
    for (const Pattern& pattern : *stream.interest()->patterns()) info.channels.push_back(pattern.text());
  }
  info.labels = stream.labels();
  return info;
}

std::vector<ConnectionInfo> Shard::list(const Streams::Query& query) const {
  // The first ones by text, kept while all are looked at: memory for a page, however many there are.
  std::map<std::string, const Subscriber*> first;
  connections_.for_each([&](const Subscriber& stream) {
    if (!query.user.empty() && stream.user() != query.user) return;
    if (!query.channel.empty() && (stream.interest() == nullptr || !stream.interest()->hears(query.channel))) return;
    std::string text = stream.id.text();
    if (text <= query.after) return;
    first.emplace(std::move(text), &stream);
    if (first.size() > query.most + 1) first.erase(std::prev(first.end()));
  });
  std::vector<ConnectionInfo> listed;
  listed.reserve(first.size());
  for (const auto& [text, stream] : first) listed.push_back(describe(*stream));
  return listed;
}

std::vector<std::pair<std::string, std::size_t>> Shard::presence(std::string_view channel, std::string_view after,
                                                                 std::size_t most) const {
  std::vector<const Topic*> topics;
  index_.topics_of(channel, topics);
  // Who hears the channel by two patterns counts once.
  std::vector<const Audience*> audiences;
  for (const Topic* topic : topics) {
    for (std::size_t group = 0; group < topic->groups.size(); ++group) {
      const auto& those = topic->groups[group].audiences;
      for (std::size_t i = 0; i < those.size(); ++i) audiences.push_back(&those[i]);
    }
  }
  std::ranges::sort(audiences);
  audiences.erase(std::unique(audiences.begin(), audiences.end()), audiences.end());
  std::map<std::string, std::size_t, std::less<>> users;
  for (const Audience* audience : audiences) {
    for (std::size_t i = 0; i < audience->streams.size(); ++i) {
      const std::string_view user = audience->streams[i].user();
      if (user <= after) continue;
      // A user past the page's end stays out: the page is full of users before them, who do not leave it.
      if (users.size() > most && user > std::prev(users.end())->first) continue;
      ++users[std::string(user)];
      if (users.size() > most + 1) users.erase(std::prev(users.end()));
    }
  }
  return {users.begin(), users.end()};
}

}  // namespace tidings::events
