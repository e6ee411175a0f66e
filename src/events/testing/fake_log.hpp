// A log in a vector, as naive as it can be: what streams read from and are judged by.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "events/log_reader.hpp"

namespace tidings::events::testing {

class FakeLog final : public LogReader {
 public:
  void read(std::vector<store::Read> reads) override {
    for (store::Read& read : reads) answer(std::move(read.query), std::move(read.done));
  }
  void answer(store::ReadQuery query, std::function<void(Result<store::Page>)> done) {
    const std::lock_guard lock(mutex);
    queries.push_back(query);
    if (failure) {
      done(tl::unexpected(*failure));
      if (failure->code == ErrorCode::overloaded) failure.reset();
      return;
    }
    if (hold) {
      held.emplace_back([this, query = std::move(query), done = std::move(done)] { done(page(query)); });
      return;
    }
    done(page(query));
  }
  void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) override {
    if (failure) return done(tl::unexpected(*failure));
    store::TimePlace place{.position = floor};
    for (const auto& record : records) {
      if (record->position > floor && record->time < time) place.position = record->position;
      if (record->position <= floor && record->time >= time) place.gone = true;
    }
    done(place);
  }
  [[nodiscard]] store::Cursor head() const override { return epochs.cursor(head_position()); }

  [[nodiscard]] store::Position head_position() const {
    return std::max(records.empty() ? 0 : records.back()->position, epochs.empty() ? 0 : epochs.running().base);
  }
  // Lets the reads go that were held back.
  void release() {
    hold = false;
    for (auto& read : std::exchange(held, {})) read();
  }

  std::mutex mutex;
  std::vector<store::RecordPtr> records;
  store::Epochs epochs;
  store::Position floor = 0;
  std::optional<Error> failure;
  bool hold = false;
  std::deque<std::function<void()>> held;
  std::vector<store::ReadQuery> queries;

 private:
  store::Page page(const store::ReadQuery& query) const {
    store::Page page;
    page.began_at = std::max(query.after, floor);
    std::size_t bytes = 0;
    for (const auto& record : records) {
      if (record->position <= page.began_at || record->position > query.until) continue;
      if (!wanted(query, record->event)) continue;
      if (!page.records.empty() && (page.records.size() == query.most_records || bytes >= query.most_bytes)) {
        page.read_to = record->position - 1;
        return page;
      }
      bytes += record->event.payload.size();
      page.records.emplace_back(*record);
    }
    page.read_to = query.until;
    return page;
  }
  static bool wanted(const store::ReadQuery& query, const store::Event& event) {
    if (query.accept_type && !query.accept_type(event.type)) return false;
    if (event.recipients.everyone()) return query.everyone;
    for (const auto& user : event.recipients.users) {
      if (std::ranges::count(query.users, user) != 0) return true;
    }
    for (const auto& channel : event.recipients.channels) {
      if (std::ranges::count(query.channels, channel) != 0) return true;
      const bool begins = std::ranges::any_of(query.channel_prefixes,
                                              [&](const std::string& prefix) { return channel.starts_with(prefix); });
      if (begins && query.accept_channel(channel)) return true;
    }
    return false;
  }
};

}  // namespace tidings::events::testing
