// A small file beside the database that says how far the log had come. It is written after each commit without a sync,
// which costs about a microsecond (a commit at `fsync` is on disk before, so the file is never ahead of it), and it
// knows what the database can't: that records which readers were given are gone from a log that looks whole (a
// write-ahead log cut short reads like one that was never longer).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "errors/error.hpp"
#include "platform/descriptor.hpp"
#include "store/cursor.hpp"

namespace tidings::store {

class HeadMark {
 public:
  struct Value {
    Position head = 0;
    bool sync_failed = false;  // what was written before may be gone although it seems to be there
  };
  static constexpr const char* file_name = "HEAD";

  // Opens the file, or makes it. `found` is nothing then where there was none, or where it is damaged.
  [[nodiscard]] Result<void> open(const std::filesystem::path& folder);
  [[nodiscard]] const std::optional<Value>& found() const { return found_; }
  [[nodiscard]] Result<void> write(Value value);
  // So that the file itself survives a power cut, whatever it says then.
  [[nodiscard]] Result<void> sync();

 private:
  std::filesystem::path folder_;
  Descriptor file_;
  std::optional<Value> found_;
};

}  // namespace tidings::store
