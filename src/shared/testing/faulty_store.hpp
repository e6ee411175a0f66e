// A store that fails and is damaged as a test says, for tests of what stands on one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/event_store.hpp"

namespace tidings::shared::testing {

struct FaultyStore final : store::EventStore {
  FaultyStore(std::unique_ptr<store::EventStore> store, const bool& its_failing, const std::string& its_damage)
      : whole(std::move(store)), failing(its_failing), damaged(its_damage) {}
  Result<void> may_write() const {
    if (failing) return fail(ErrorCode::store_unavailable, "failing");
    return {};
  }
  Result<store::Recovered> open() override {
    if (failing) return fail(ErrorCode::store_unavailable, "failing");
    return whole->open();
  }
  void close() override { whole->close(); }
  Result<void> append(std::span<const store::Append> group, store::Durability durability) override {
    return may_write().and_then([&] { return whole->append(group, durability); });
  }
  Result<void> begin_epoch(store::Epoch epoch) override {
    return may_write().and_then([&] { return whole->begin_epoch(epoch); });
  }
  Result<void> raise_floor(store::Position floor) override {
    return may_write().and_then([&] { return whole->raise_floor(floor); });
  }
  Result<void> skip_to(store::Position position) override {
    return may_write().and_then([&] { return whole->skip_to(position); });
  }
  store::Extent extent() const override { return whole->extent(); }
  Result<store::Position> last_before(WallTime time) const override { return whole->last_before(time); }
  Result<store::Position> floor_for_bytes(std::uint64_t bytes) const override { return whole->floor_for_bytes(bytes); }
  Result<std::optional<store::KeyEntry>> find_key(std::string_view key) const override { return whole->find_key(key); }
  Result<store::Page> read(const store::ReadQuery& query) const override { return whole->read(query); }
  Result<std::vector<store::RecordPtr>> scan(store::Position after, store::Position until,
                                             std::size_t most_bytes) const override {
    return whole->scan(after, until, most_bytes);
  }
  std::optional<std::string> damage() const override { return damaged.empty() ? std::nullopt : std::optional(damaged); }
  Result<void> put_fact(std::string_view, std::string_view) override { return {}; }
  Result<std::vector<std::pair<std::string, std::string>>> facts(std::string_view) const override { return {}; }

  std::unique_ptr<store::EventStore> whole;
  const bool& failing;
  const std::string& damaged;
};

}  // namespace tidings::shared::testing
