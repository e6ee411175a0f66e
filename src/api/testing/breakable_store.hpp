// A store in memory that a test can break.
#pragma once

#include <atomic>
#include <memory>

#include "store/memory_store.hpp"

namespace tidings::api::testing {

class BreakableStore final : public store::EventStore {
 public:
  BreakableStore(const std::atomic<bool>& broken, const std::atomic<bool>& full) : broken_(broken), full_(full) {}

  Result<store::Recovered> open() override {
    if (full_) return fail(ErrorCode::store_unavailable, "filled by the test");
    return whole_->open();
  }
  void close() override { whole_->close(); }
  Result<void> append(std::span<const store::Append> group, store::Durability durability) override {
    if (full_) return fail(ErrorCode::store_unavailable, "filled by the test");
    return whole_->append(group, durability);
  }
  Result<void> begin_epoch(store::Epoch epoch) override { return whole_->begin_epoch(epoch); }
  Result<void> raise_floor(store::Position floor) override { return whole_->raise_floor(floor); }
  Result<void> skip_to(store::Position position) override { return whole_->skip_to(position); }
  store::Extent extent() const override { return whole_->extent(); }
  Result<store::Position> last_before(WallTime time) const override { return whole_->last_before(time); }
  Result<store::Position> floor_for_bytes(std::uint64_t bytes) const override { return whole_->floor_for_bytes(bytes); }
  Result<std::optional<store::KeyEntry>> find_key(std::string_view key) const override { return whole_->find_key(key); }
  Result<store::Page> read(const store::ReadQuery& query) const override { return whole_->read(query); }
  Result<std::vector<store::RecordPtr>> scan(store::Position after, store::Position until,
                                             std::size_t most_bytes) const override {
    return whole_->scan(after, until, most_bytes);
  }
  std::optional<std::string> damage() const override {
    return broken_ ? std::optional<std::string>("broken by the test") : std::nullopt;
  }
  Result<void> put_fact(std::string_view name, std::string_view value) override {
    return whole_->put_fact(name, value);
  }
  Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view prefix) const override {
    if (broken_) return fail(ErrorCode::store_unavailable, "broken by the test");
    return whole_->facts(prefix);
  }

 private:
  std::unique_ptr<store::EventStore> whole_ = store::make_memory_store();
  const std::atomic<bool>& broken_;
  const std::atomic<bool>& full_;
};

}  // namespace tidings::api::testing
