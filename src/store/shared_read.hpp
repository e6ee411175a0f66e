// Many queries answered by one pass over the log. Who returns after a break wants about the same part of it as all the
// others who do: each record is then read and decoded once, and found wanted by a look-up for each of its recipients,
// where a page for each query would cost a search in the index and a block of the disk for each record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/event_store.hpp"
#include "store/read_plan.hpp"

namespace tidings::store {

class SharedRead {
 public:
  // Channels whose readers by pattern are remembered.
  static constexpr std::size_t most_remembered = 1'024;

  // The queries stay where they are until the end. Records up to and including `floor` are gone.
  SharedRead(std::span<const Read> reads, Position floor);

  // The next record of the log, at or after the lowest place that any query begins at.
  void take(const Record& record);
  // No page has room for more.
  [[nodiscard]] bool full() const { return open_ == 0; }
  // Of the records that were taken: how many are on any page, and what the pages weigh in memory, about.
  [[nodiscard]] std::size_t found() const { return found_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // What it took to find whom they are for: look-ups by prefix, patterns that were asked, and queries that were offered
  // a record. Most of the time, where many queries have patterns that begin alike or as every channel does.
  [[nodiscard]] std::size_t asked() const { return asked_; }
  // The page of one of the queries, once, where all up to `read_to` was taken.
  [[nodiscard]] Page finish(std::size_t read, Position read_to);

 private:
  using Numbers = std::vector<std::uint32_t>;  // of queries

  const Numbers& by_pattern(const std::string& channel);
  void offer(const Numbers& readers, const Record& record, PageRecord& shared);

  std::span<const Read> reads_;
  std::vector<PageBuilder> pages_;
  std::vector<Position> offered_;  // the last record that each query was offered, or where it began
  std::size_t open_;
  std::size_t found_ = 0;
  std::size_t bytes_ = 0;
  std::size_t asked_ = 0;
  Numbers of_everyone_;
  std::unordered_map<std::string_view, Numbers> of_users_;
  std::unordered_map<std::string_view, Numbers> of_channels_;
  // By pattern: a channel is looked up by as much of its beginning as any prefix has.
  std::unordered_map<std::string_view, Numbers> of_prefixes_;
  std::set<std::size_t> prefix_lengths_;
  std::unordered_map<std::string, Numbers> remembered_;
};

}  // namespace tidings::store
