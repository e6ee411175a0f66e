// What a page holds of a record: its place, and what its readers see of it, in one piece of memory that all pages which
// hold it share. Whole records take nearly twice as much where events are small, and what many who return at once
// have to wait for is memory (docs/decisions/0015-what-resuming-costs.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "store/record.hpp"

namespace tidings::store {

class PageRecord {
 public:
  // What it takes on each page that holds it, where the list has grown to twice what is in it.
  static constexpr std::size_t bytes_on_a_page = 2 * sizeof(std::shared_ptr<const char[]>);

  // Of nothing; it may only be assigned to.
  PageRecord() = default;
  explicit PageRecord(const Record& record);

  [[nodiscard]] bool empty() const { return bytes_ == nullptr; }
  [[nodiscard]] Position position() const { return head().position; }
  [[nodiscard]] EventText shown() const;
  // What all pages share, about, with what the allocator adds.
  [[nodiscard]] std::size_t bytes_in_memory() const;

 private:
  // Before the type and the payload.
  struct Head {
    Position position;
    std::uint32_t type;     // bytes
    std::uint32_t payload;  // bytes
    bool text;
  };
  [[nodiscard]] Head head() const;

  std::shared_ptr<const char[]> bytes_;
};

using PageRecords = std::vector<PageRecord>;

}  // namespace tidings::store
