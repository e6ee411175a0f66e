#include "events/read_groups.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "events/shard.hpp"

namespace tidings::events {

Wish Wish::of(const Subscriber& stream) {
  return {std::string(stream.user()), stream.filter().patterns(),
          stream.interest() == nullptr ? nullptr : stream.interest()->patterns(), stream.epoch};
}

store::ReadQuery Wish::query(store::Position after, store::Position until) const {
  store::ReadQuery query;
  query.after = after;
  query.until = until;
  query.users.push_back(user);
  // The patterns are immutable, so that the reader's thread may ask them after the streams are gone.
  if (channels != nullptr) {
    for (const Pattern& pattern : *channels) {
      (pattern.exact() ? query.channels : query.channel_prefixes).emplace_back(pattern.prefix());
    }
    query.accept_channel = [patterns = channels](std::string_view name) { return any_matches(*patterns, name); };
  }
  if (!types->empty()) {
    query.accept_type = [patterns = types](std::string_view type) { return any_matches(*patterns, type); };
  }
  query.most_bytes = Shard::bytes_a_write;
  return query;
}

std::size_t ReadPage::passed(store::Position cursor) const {
  const auto after = std::ranges::upper_bound(page_.records, cursor, {}, &store::PageRecord::position);
  return static_cast<std::size_t>(after - page_.records.begin());
}

const ReadPage::Frames& ReadPage::frames(Form form, http::Framing framing, const Timeline& timeline) {
  std::optional<Frames>& made = frames_[form == Form::plain ? 0 : 1][framing == http::Framing::chunked ? 0 : 1];
  if (made) return *made;
  made.emplace();
  made->ends.reserve(page_.records.size());
  for (const store::PageRecord& record : page_.records) {
    const std::string id = timeline.cursor({record.position(), epoch_});
    made->bytes.append(Encoded(record.shown(), form, id).bytes(framing));
    made->ends.push_back(made->bytes.size());
  }
  return *made;
}

std::size_t ReadGroups::Hash::operator()(const Wish& wish) const {
  const std::size_t user = std::hash<std::string>{}(wish.user);
  const std::size_t patterns = std::hash<Patterns>{}(wish.types) ^ std::hash<Patterns>{}(wish.channels) * 3;
  return user ^ (patterns + wish.epoch) * 0x9e3779b97f4a7c15;
}

ReadGroup& ReadGroups::of(const Subscriber& stream) {
  Wish wish = Wish::of(stream);
  auto& group = groups_[wish];
  if (!group) group = std::make_unique<ReadGroup>(std::move(wish));
  return *group;
}

void ReadGroups::queue(ReadGroup& group) {
  group.step = ReadGroup::Step::queued;
  queued_.push_back(&group);
}

ReadGroup* ReadGroups::begin_read() {
  if (queued_.empty()) return nullptr;
  ReadGroup* const group = queued_.front();
  queued_.pop_front();
  group->step = ReadGroup::Step::reading;
  return group;
}

void ReadGroups::serve(ReadGroup& group, store::Page page) {
  group.step = ReadGroup::Step::serving;
  group.page.emplace(std::move(page), group.wish.epoch);
  group.to_serve = std::exchange(group.members, {});
  serving_.push_back(&group);
}

void ReadGroups::served() {
  ReadGroup& group = *serving_.front();
  serving_.pop_front();
  group.page.reset();
  group.members.empty() ? forget(group) : queue(group);
}

}  // namespace tidings::events
