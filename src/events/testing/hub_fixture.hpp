// Streams on real reactors that a test turns by hand, with its own clock, log and transports.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "events/stream.hpp"
#include "events/testing/fake_log.hpp"
#include "events/testing/fake_transport.hpp"

namespace tidings::events::testing {

inline std::vector<Pattern> patterns(std::string_view list, Names names) {
  return list.empty() ? std::vector<Pattern>{} : parse_patterns(list, names).value();
}

struct Client {
  std::shared_ptr<FakeResponse> response = std::make_shared<FakeResponse>();
  std::shared_ptr<FakeExchange> exchange;

  [[nodiscard]] std::vector<ReadEvent> events() const { return response->read().events; }
  // Without the hub's own.
  [[nodiscard]] std::vector<std::string> data() const {
    std::vector<std::string> found;
    for (const ReadEvent& event : events()) {
      if (event.type.starts_with("app")) found.push_back(event.data);
    }
    return found;
  }
  [[nodiscard]] std::vector<ReadEvent> of(std::string_view type) const {
    std::vector<ReadEvent> found;
    for (const ReadEvent& event : events()) {
      if (event.type == type) found.push_back(event);
    }
    return found;
  }
  [[nodiscard]] std::string last_id() const { return events().empty() ? "" : events().back().id; }
  // hello's.
  [[nodiscard]] ConnectionId id() const {
    const std::string data = of("hello").at(0).data;
    return ConnectionId::parse(data.substr(data.find(":\"") + 2, 22)).value();
  }
  void close() const { response->consumer->on_closed(); }
};

class Hub : public ::testing::Test {
 protected:
  static constexpr store::EpochId first_epoch = 0xa;

  explicit Hub(std::size_t shards = 1) {
    for (std::size_t i = 0; i < shards; ++i) {
      reactors.push_back(std::make_unique<net::Reactor>(clock));
      pointers.push_back(reactors.back().get());
    }
    streams = std::make_unique<Streams>(pointers, clock, random, settings, metrics);
    auto fake = std::make_unique<FakeLog>();
    log = fake.get();
    streams->attach(std::move(fake));
    begin_epoch(first_epoch);
  }

  void begin_epoch(store::EpochId id, store::Position skipped = 0) {
    const store::Epoch epoch{id, log->head_position() + skipped};
    log->epochs.begin(epoch);
    streams->on_epoch(epoch);
  }
  store::RecordPtr commit(store::Event event) {
    const auto record =
        std::make_shared<const store::Record>(store::Record{log->head_position() + 1, clock.wall(), std::move(event)});
    log->records.push_back(record);
    streams->on_committed({&log->records.back(), 1});
    return record;
  }
  static store::Event event(std::string data, store::Recipients recipients = {}, std::string type = "app") {
    return {std::move(type), std::move(data), true, std::move(recipients), {}};
  }
  void publish(std::string data, store::Recipients recipients = {}, std::string type = "app") {
    commit(event(std::move(data), std::move(recipients), std::move(type)));
  }
  void raise_floor(store::Position floor) {
    log->floor = floor;
    streams->on_floor(floor);
  }

  [[nodiscard]] StreamOptions options(std::string user = "ann") const {
    StreamOptions made;
    made.user = std::move(user);
    made.expires_at = clock.wall() + std::chrono::hours(1);
    return made;
  }
  Streams::Place place_for(const StreamOptions& stream, std::size_t shard = 0) {
    Streams::Place place;
    bool given = false;
    streams->reserve(*reactors[shard], stream.user, stream.address, [&](Result<Streams::Place> done) {
      given = done.has_value();
      if (given) place = *std::move(done);
    });
    turn();
    EXPECT_TRUE(given);
    return place;
  }
  Client open(StreamOptions stream, std::size_t shard = 0, std::size_t room = FakeResponse::unlimited) {
    Client client;
    client.response->room = room;
    client.exchange = std::make_shared<FakeExchange>(*reactors[shard], client.response);
    Streams::Place place = place_for(stream, shard);
    streams->find_start(*reactors[shard], stream.start, [&](Result<StartAt> start) {
      stream.start = *std::move(start);
      streams->open(client.exchange, {}, stream, std::move(place));
    });
    turn();
    return client;
  }
  Client open_after(const std::string& cursor, std::string user = "ann") {
    StreamOptions stream = options(std::move(user));
    stream.start.last_event_id = cursor;
    return open(std::move(stream));
  }

  // Turns every reactor until nothing is left to do at this time.
  void turn(int times = 12) {
    for (int i = 0; i < times; ++i) {
      for (auto& reactor : reactors) reactor->run_once(Milliseconds{0});
    }
  }
  void pass(Milliseconds time) {
    clock.advance(time);
    turn();
  }
  static std::string cursor(std::uint64_t sequence, store::EpochId epoch = first_epoch) {
    return store::Cursor{epoch, sequence}.text();
  }

  ManualClock clock;
  SeededRandom random{1};
  StreamSettings settings;
  observe::Metrics metrics;
  std::vector<std::unique_ptr<net::Reactor>> reactors;
  std::vector<net::Reactor*> pointers;
  std::unique_ptr<Streams> streams;
  FakeLog* log = nullptr;
};

}  // namespace tidings::events::testing
