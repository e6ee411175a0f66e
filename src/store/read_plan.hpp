// What every store does alike when it answers a `ReadQuery`: gather the positions that the recipients' indexes name,
// fetch those records in order, and stop where the page is full.
#pragma once

#include <functional>
#include <set>
#include <string_view>

#include "errors/error.hpp"
#include "store/event_store.hpp"

namespace tidings::store {

// A query whose patterns match more channels than this is answered from the records themselves: that many look-ups
// would cost more than reading on.
inline constexpr std::size_t most_channels_by_index = 1'024;
// How many records a page may look at where it reads the log itself. What is not reached is the next page's.
inline constexpr std::size_t most_scanned_records = 4'096;

// The smallest positions of all that are offered, each once, and at most so many: the indexes are walked one after
// another in memory that doesn't grow with what they hold.
class Candidates {
 public:
  explicit Candidates(std::size_t most) : most_(most == 0 ? 1 : most) {}
  // Takes a position of an ascending sequence. False: neither this one nor any above it is needed.
  bool offer(Position position);
  [[nodiscard]] const std::set<Position>& positions() const { return positions_; }
  // Up to where nothing is missing: `until`, or the last position held where some were turned away.
  [[nodiscard]] Position complete_to(Position until) const { return overflowed_ ? *positions_.rbegin() : until; }

 private:
  std::size_t most_;
  bool overflowed_ = false;
  std::set<Position> positions_;
};

// Whether the record is for any of the query's recipients, without an index.
[[nodiscard]] bool addresses(const Recipients& recipients, const ReadQuery& query);
// Whether one of the query's prefixes and its `accept_channel` take the channel.
[[nodiscard]] bool accepts_channel(std::string_view channel, const ReadQuery& query);

// Collects records in order until the page holds what the query allows.
class PageBuilder {
 public:
  PageBuilder(const ReadQuery& query, Position began_at);
  // Looks at the next record, of a type that may not be wanted. False: it didn't fit, and the page ends before it.
  bool add(const Record& record) {
    PageRecord shared;
    return add(record, shared);
  }
  // The same, where other pages may hold it too: `shared` is what they hold, or empty until one does.
  bool add(const Record& record, PageRecord& shared);
  // Ends the page: all up to `read_to` was added, unless one didn't fit.
  [[nodiscard]] Page finish(Position read_to) &&;
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::size_t size() const { return page_.records.size(); }

 private:
  const ReadQuery& query_;
  Page page_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace tidings::store
