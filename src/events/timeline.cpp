#include "events/timeline.hpp"

#include <algorithm>
#include <limits>

namespace tidings::events {

std::string_view name(GapReason reason) {
  switch (reason) {
    case GapReason::retention:
      return "retention";
    case GapReason::epoch:
      return "epoch";
    case GapReason::unknown_id:
      break;
  }
  return "unknown_id";
}

void Timeline::begin(store::Epoch epoch) {
  epochs_.begin(epoch);
  ++begun_;
}

void Timeline::raise_floor(store::Position floor) { floor_ = std::max(floor_, floor); }

const store::Epoch* Timeline::known(EpochNumber epoch) const {
  // How many epochs ago it was announced; the difference of two numbers modulo 2^16.
  const auto ago = static_cast<EpochNumber>(running() - epoch);
  const auto& all = epochs_.all();
  return ago < all.size() ? &all[all.size() - 1 - ago] : nullptr;
}

Spot Timeline::at(store::Position position) const {
  if (epochs_.empty()) return {position, running()};
  const auto& all = epochs_.all();
  const auto ago = static_cast<std::uint64_t>(&all.back() - &epochs_.of(position));
  return {position, static_cast<EpochNumber>(running() - ago)};
}

std::optional<store::Position> Timeline::end(EpochNumber epoch) const {
  if (epoch == running()) return std::nullopt;
  // An epoch that is forgotten ends before the oldest that is known.
  const store::Epoch* next = known(static_cast<EpochNumber>(epoch + 1));
  return next != nullptr ? next->base : epochs_.all().front().base;
}

std::optional<Spot> Timeline::ended_at(Spot start) const {
  const store::Epoch* begun = known(start.epoch);
  const Spot ended{start.position, static_cast<EpochNumber>(start.epoch - 1)};
  if (begun == nullptr || begun->base != start.position || known(ended.epoch) == nullptr) return std::nullopt;
  return ended;
}

std::string Timeline::cursor(Spot spot) const {
  const store::Epoch* epoch = known(spot.epoch);
  if (epoch == nullptr || spot.position < epoch->base) {
    return epochs_.empty() ? store::Cursor{0, spot.position}.text() : epochs_.cursor(spot.position).text();
  }
  return store::Cursor{epoch->id, spot.position - epoch->base}.text();
}

std::optional<store::Position> Timeline::position(const store::Cursor& cursor) const {
  const store::Epoch* epoch = epochs_.find(cursor.epoch);
  if (epoch == nullptr) return std::nullopt;
  constexpr auto last = std::numeric_limits<store::Position>::max();
  return cursor.sequence > last - epoch->base ? last : epoch->base + cursor.sequence;
}

std::optional<Start> Timeline::resume(std::string_view last_event_id, store::Position newest) const {
  const auto cursor = store::Cursor::parse(last_event_id);
  if (!cursor) return std::nullopt;
  const auto gap_to = [&](GapReason reason, Spot to) {
    // Until the gap has arrived the client's own cursor is the one that leads to it again.
    return Start{cursor->text(), to, true, Gap{reason, cursor->text(), to}};
  };
  const auto named = position(*cursor);
  if (!named) return gap_to(GapReason::epoch, at(floor_));
  const auto ago = static_cast<std::uint64_t>(&epochs_.running() - epochs_.find(cursor->epoch));
  const auto epoch = static_cast<EpochNumber>(running() - ago);
  const auto ended = end(epoch);
  if (!ended && *named > newest) return std::nullopt;
  const store::Position reached = ended ? std::min(*named, *ended) : *named;
  if (reached < floor_) return gap_to(GapReason::retention, at(floor_));
  // At or beyond an epoch's end nothing of it is left to send: the stream passes on at once.
  if (ended && *named >= *ended) return gap_to(GapReason::epoch, at(*ended));
  return Start{cursor->text(), {*named, epoch}, true, std::nullopt};
}

Start Timeline::resolve(const std::optional<std::string>& last_event_id, const std::optional<Since>& since,
                        store::Position head, store::Position newest) const {
  if (last_event_id) {
    if (auto resumed = resume(*last_event_id, newest)) return *std::move(resumed);
  }
  Start start;
  start.at = at(since ? std::max(since->position, floor_) : head);
  start.hello_id = cursor(start.at);
  start.resumed = since.has_value();
  if (last_event_id) {
    start.gap = Gap{GapReason::unknown_id, std::nullopt, start.at};
  } else if (since && !since->earliest && (since->gone || since->position < floor_)) {
    start.gap = Gap{GapReason::retention, std::nullopt, start.at};
  } else if (since && !since->earliest) {
    if (const auto ended = ended_at(start.at)) {
      // What was lost of the epoch before may be younger than `since`. Until the gap has arrived, the ended epoch's
      // cursor is the one that leads to it again.
      start.hello_id = cursor(*ended);
      start.gap = Gap{GapReason::epoch, start.hello_id, start.at};
    }
  }
  return start;
}

}  // namespace tidings::events
