// Where a stream stands in the log, and where it starts (SPEC §1.3). One epoch's end and the next one's start are the
// same position, but a reader passes from one to the other only by a `gap`: so a stream's place is a position and the
// epoch that it has come through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/cursor.hpp"

namespace tidings::events {

// Epochs numbered as they were announced, modulo 2^16.
using EpochNumber = std::uint16_t;

struct Spot {
  store::Position position = 0;
  EpochNumber epoch = 0;
  bool operator==(const Spot&) const = default;
};

enum class GapReason : std::uint8_t { retention, epoch, unknown_id };
[[nodiscard]] std::string_view name(GapReason reason);

struct Gap {
  GapReason reason = GapReason::retention;
  std::optional<std::string> from;  // absent where no place in the log is known
  Spot to;
};

// What a stream that opens is told first, and where it goes on.
struct Start {
  std::string hello_id;  // a cursor: what the client may resume from, should it hear no more than `hello`
  Spot at;               // after `gap`, where there is one
  bool resumed = false;
  std::optional<Gap> gap;
};

// What `since` names, looked up: just before the first event at or after it.
struct Since {
  store::Position position = 0;
  bool earliest = false;  // never a gap
  bool gone = false;      // events at or after it may be gone
};

// A shard's view of the log: its epochs, where it begins, where it ends.
class Timeline {
 public:
  void begin(store::Epoch epoch);
  void raise_floor(store::Position floor);

  [[nodiscard]] store::Position floor() const { return floor_; }
  [[nodiscard]] EpochNumber running() const { return static_cast<EpochNumber>(begun_ - 1); }
  [[nodiscard]] const store::Epochs& epochs() const { return epochs_; }

  // The place at `position`, past every gap that leads there.
  [[nodiscard]] Spot at(store::Position position) const;
  // Where `epoch` ends; nothing for the running one.
  [[nodiscard]] std::optional<store::Position> end(EpochNumber epoch) const;
  [[nodiscard]] std::string cursor(Spot spot) const;
  // The position that a cursor of a known epoch names, however far ahead.
  [[nodiscard]] std::optional<store::Position> position(const store::Cursor& cursor) const;

  // Resolves what a client asked for. `head`: where a stream starts that asks for nothing. `newest`: the newest
  // position that any client may have seen; not below `head`.
  [[nodiscard]] Start resolve(const std::optional<std::string>& last_event_id, const std::optional<Since>& since,
                              store::Position head, store::Position newest) const;

 private:
  [[nodiscard]] const store::Epoch* known(EpochNumber epoch) const;
  // The same place as the end of the epoch before, where `start` is the start of one that followed another.
  [[nodiscard]] std::optional<Spot> ended_at(Spot start) const;
  [[nodiscard]] std::optional<Start> resume(std::string_view last_event_id, store::Position newest) const;

  store::Epochs epochs_;
  std::uint64_t begun_ = 0;
  store::Position floor_ = 0;
};

}  // namespace tidings::events
