// Streams that wait for a page of the log, gathered by what they want of it: a page is read, and made into frames, once
// for all who ask for the same. Clients of one user that return together stay together, and who comes later is waited
// for: a group reads on from the member that is furthest behind. Groups take turns, so that nobody waits for the
// streams of others. On one shard's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/filters.hpp"
#include "events/frame.hpp"
#include "events/subscriber.hpp"
#include "events/timeline.hpp"
#include "store/event_store.hpp"

namespace tidings::events {

// What a stream wants of the log, wherever it stands. The lists of patterns are interned, and held on to here: one
// address is one list.
struct Wish {
  std::string user;
  Patterns types;
  Patterns channels;  // null: none
  EpochNumber epoch = 0;
  bool operator==(const Wish&) const = default;

  [[nodiscard]] static Wish of(const Subscriber& stream);
  [[nodiscard]] store::ReadQuery query(store::Position after, store::Position until) const;
};

// A page of the log on its way out.
class ReadPage {
 public:
  // The frames of all records, one after the other.
  struct Frames {
    std::string bytes;
    std::vector<std::size_t> ends;  // of each in `bytes`
  };

  ReadPage(store::Page page, EpochNumber epoch) : page_(std::move(page)), epoch_(epoch) {}
  // Whether it holds all that follows the place.
  [[nodiscard]] bool continues(store::Position cursor) const {
    return cursor >= page_.began_at && cursor < page_.read_to;
  }
  [[nodiscard]] store::Position read_to() const { return page_.read_to; }
  // How many of its records lie at or before the place.
  [[nodiscard]] std::size_t passed(store::Position cursor) const;
  [[nodiscard]] store::Position position(std::size_t record) const { return page_.records[record].position(); }
  // Made at the first call for them; the cursors are by `timeline`.
  [[nodiscard]] const Frames& frames(Form form, http::Framing framing, const Timeline& timeline);

 private:
  store::Page page_;
  EpochNumber epoch_;
  std::array<std::array<std::optional<Frames>, 2>, 2> frames_;  // by form and framing
};

// Those who want the same. It is there for as long as it has members or a read is under way for it.
struct ReadGroup {
  enum class Step : std::uint8_t { idle, queued, reading, serving };

  explicit ReadGroup(Wish the_wish) : wish(std::move(the_wish)) {}

  Wish wish;
  SubscriberQueue members;  // who wait for a page; some may have been blocked or have died meanwhile
  Step step = Step::idle;
  std::optional<ReadPage> page;  // while it serves
  SubscriberQueue to_serve;      // of the members, those that this page was not yet offered to
};

class ReadGroups {
 public:
  [[nodiscard]] ReadGroup& of(const Subscriber& stream);
  void forget(const ReadGroup& group) { groups_.erase(group.wish); }

  // Groups that want to read, in the order that they came.
  void queue(ReadGroup& group);
  // The next one to read; null where there is none.
  ReadGroup* begin_read();
  // Groups whose page has come, in that order.
  void serve(ReadGroup& group, store::Page page);
  [[nodiscard]] ReadGroup* serving() const { return serving_.empty() ? nullptr : serving_.front(); }
  // The first one's page was offered to all who waited for it.
  void served();

  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& [wish, group] : groups_) visit(*group);
  }

 private:
  struct Hash {
    std::size_t operator()(const Wish& wish) const;
  };
  std::unordered_map<Wish, std::unique_ptr<ReadGroup>, Hash> groups_;
  std::deque<ReadGroup*> queued_;
  std::deque<ReadGroup*> serving_;
};

}  // namespace tidings::events
