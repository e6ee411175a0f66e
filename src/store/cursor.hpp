// Where in the log: a cursor as clients see it, and the position that the hub reckons with.
//
// Positions count every event that this store has ever held, from 1, through all epochs; they are the store's own and
// never leave the hub. A cursor names the same place as `<epoch>-<sequence>`: an epoch begins at a base position, and
// the sequence is the distance from it. So an order over positions is an order over cursors, and an epoch's start
// (`<epoch>-0`) is its base: everything up to it lies in epochs before.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::store {

using Position = std::uint64_t;
using EpochId = std::uint64_t;  // random; only compared for equality

// Text: 16 lower-case hexadecimal digits, "-", and a decimal without leading zeros.
struct Cursor {
  EpochId epoch = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const Cursor&) const = default;

  [[nodiscard]] static std::optional<Cursor> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  void append_to(std::string& text) const;
};

struct Epoch {
  EpochId id = 0;
  Position base = 0;
};

// The epochs that the log knows, oldest first; the last one is running. At most `most`: older ones are forgotten. A
// value: each shard keeps its own copy and adds to it in the order of the log.
class Epochs {
 public:
  static constexpr std::size_t most = 64;

  void begin(Epoch epoch);
  [[nodiscard]] bool empty() const { return epochs_.empty(); }
  [[nodiscard]] const std::vector<Epoch>& all() const { return epochs_; }
  [[nodiscard]] const Epoch& running() const { return epochs_.back(); }
  [[nodiscard]] const Epoch* find(EpochId id) const;
  // The epoch that the event at `position` belongs to; a base belongs to the epoch that begins there.
  [[nodiscard]] const Epoch& of(Position position) const;
  // The next epoch's base after `position`, where one begins there or later: a reader at `position` may not read past
  // it without a gap. Nothing where `position` lies in the running epoch.
  [[nodiscard]] std::optional<Epoch> next_after(Position position) const;
  [[nodiscard]] Cursor cursor(Position position) const;
  // The cursor of the event stored at `position`. It differs from `cursor` where an epoch's last event lies at the next
  // one's base: the event keeps the id that it was given, and never has sequence 0.
  [[nodiscard]] Cursor cursor_of_event(Position position) const;

 private:
  std::vector<Epoch> epochs_;
};

}  // namespace tidings::store
