// A node's own copy of the shared log: an embedded store that it serves from, with the log's listener told of what
// arrives, just as where the log is the hub's own. It maps the positions of Redis to its own (decision 14), and takes
// no entry that does not follow the one it has.
//
// All calls come from the log's thread, except those marked thread-safe.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "observe/metrics.hpp"
#include "shared/copy_witness.hpp"
#include "shared/scripts.hpp"
#include "store/event_log.hpp"
#include "store/event_store.hpp"

namespace tidings::shared {

class Copy {
 public:
  using MakeStore = std::function<std::unique_ptr<store::EventStore>(const std::filesystem::path& folder)>;

  // `folder` is the copy's alone: what is in it is removed where it is of no use.
  Copy(std::filesystem::path folder, MakeStore make_store, store::LogListener& listener, observe::Metrics& metrics);
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  // Fails where another hub has the folder, or none can be made.
  [[nodiscard]] Result<void> open();
  // Opens it again after a failure: a full disk may have room again, and what is damaged is thrown away.
  [[nodiscard]] Result<void> reopen();
  void close();

  // Where it stands; nothing where it holds nothing.
  [[nodiscard]] const std::optional<Stand>& stand() const { return stand_; }

  // Throws everything away: what was there is not this log.
  [[nodiscard]] Result<void> clear();
  // Goes on where the epoch at `first` of those that Redis knows begins, or where retention has passed that, at the
  // floor. What Redis had before stays readable, under the epochs that it has.
  [[nodiscard]] Result<void> go_on(const Meeting& meeting, std::size_t first);
  // Takes entries in order. False where one does not follow the one before it: those before it were taken.
  [[nodiscard]] Result<bool> take(std::vector<Entry> entries);
  // Follows the floor of Redis.
  [[nodiscard]] Result<void> follow_floor(const Meeting& meeting);

  // From now on the listener hears. Tells it of all epochs and of the floor first.
  void go_live();
  [[nodiscard]] bool live() const { return live_; }
  // Of all other entries the listener hears; of facts this.
  std::function<void(const Fact&)> on_fact;

  // Thread-safe from here on.
  [[nodiscard]] store::Cursor head() const;
  // Whether a cursor is of an epoch that the copy knows, and not ahead of it.
  [[nodiscard]] bool holds(const store::Cursor& cursor) const;
  [[nodiscard]] std::optional<std::string> damage() const;
  [[nodiscard]] bool readable() const;
  // `overloaded` while it is being filled anew.
  [[nodiscard]] Result<store::Page> read(const store::ReadQuery& query) const;
  // `time` is the log's.
  [[nodiscard]] Result<store::TimePlace> find_time(WallTime time) const;

 private:
  using Records = std::vector<store::RecordPtr>;

  [[nodiscard]] Result<void> open_store();
  [[nodiscard]] Result<void> make_anew();
  [[nodiscard]] Result<void> remove_store();
  [[nodiscard]] Result<void> begin(store::EpochId id, store::Position base);
  [[nodiscard]] std::optional<store::Position> known_base(store::EpochId id) const;
  [[nodiscard]] Result<void> skip_to(store::Position position);
  [[nodiscard]] Result<void> take_records(std::span<Entry> entries);
  void tell(Records records);
  void settle();
  void note_gone(store::Position floor);
  void measure();

  const std::filesystem::path folder_;
  const MakeStore make_store_;
  store::LogListener& listener_;
  Descriptor lock_;
  CopyWitness witness_;
  std::optional<Stand> stand_;
  std::vector<store::EpochId> stored_epochs_;  // those that the store was told of
  WallTime last_time_{};
  bool live_ = false;

  mutable std::shared_mutex gate_;            // alone, while the store is another
  std::unique_ptr<store::EventStore> store_;  // none where it could not be made anew
  std::atomic<bool> filling_{true};           // not all is there that readers may ask for

  mutable std::mutex mutex_;
  store::Epochs epochs_;                // under the mutex
  store::Position head_ = 0;            // as above: what the listener was told of
  std::optional<WallTime> gone_until_;  // as above

  observe::Counter& thrown_away_;
  observe::Counter& skipped_;
  observe::Gauge& kept_events_;
  observe::Gauge& kept_bytes_;
};

}  // namespace tidings::shared
