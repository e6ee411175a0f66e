// A small file beside a node's copy of the log that says where in the shared log the copy stands. It is written without
// a sync before each group, for where the copy stands and for where it will stand, so that one of the two fits
// whichever the copy is found at when the hub was killed in between. Where neither fits the copy is of no use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "errors/error.hpp"
#include "platform/descriptor.hpp"
#include "shared/entry.hpp"

namespace tidings::shared {

// A place in the shared log, and which it is in the copy.
struct Stand {
  std::uint64_t log = 0;
  store::EpochId epoch = 0;
  EntryId entry;
  Mark mark = 0;                 // the entry's
  store::Position position = 0;  // in the copy
  bool operator==(const Stand&) const = default;
};

class CopyWitness {
 public:
  static constexpr const char* file_name = "STAND";

  // Opens the file, or makes it.
  [[nodiscard]] Result<void> open(const std::filesystem::path& folder);
  // The place that goes with a copy that ends at `position`; the earlier one where both do. Nothing where none does.
  [[nodiscard]] std::optional<Stand> found_at(store::Position position) const;
  [[nodiscard]] Result<void> write(const Stand& stands, const Stand& will_stand);

 private:
  Descriptor file_;
  std::optional<Stand> first_;
  std::optional<Stand> second_;
};

}  // namespace tidings::shared
