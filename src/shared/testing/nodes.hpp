// Hubs' logs that share a real Redis, for tests.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "redis/client.hpp"
#include "redis/testing/server_process.hpp"
#include "shared/log.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::shared::testing {

using redis::testing::ServerProcess;
using store::testing::append_now;
using store::testing::everything_after;
using store::testing::for_everyone;
using store::testing::keyed;

// Looks again and again, for as long as half a minute, which is far more than anything here takes.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

struct HeardFacts final : store::FactListener {
  void on_fact(std::string_view name, std::string_view value) override {
    const std::lock_guard lock(mutex);
    facts.insert_or_assign(std::string(name), std::string(value));
  }
  [[nodiscard]] std::string of(const std::string& name) const {
    const std::lock_guard lock(mutex);
    const auto found = facts.find(name);
    return found == facts.end() ? "" : found->second;
  }
  mutable std::mutex mutex;
  std::map<std::string, std::string> facts;
};

// One hub's part: its copy stays when it is stopped.
class Node {
 public:
  explicit Node(const redis::HostPort& redis) {
    settings.address = *redis::Address::parse("redis://" + redis.text());
    settings.copy = folder.path() / "copy";
  }
  ~Node() { stop(); }

  [[nodiscard]] Result<void> start() {
    recorder = std::make_unique<store::testing::Recorder>();
    thread = std::make_unique<ReactorThread>(clock);
    thread->start();
    log = std::make_unique<Log>(settings, *thread, clock, random, *recorder, metrics);
    log->listen_to_facts(facts);
    return log->start();
  }
  void stop() {
    if (log) log->stop();
    log.reset();
    thread.reset();
  }

  store::EventLog::Stored append(std::vector<store::Event> events) { return append_now(*log, std::move(events)); }
  // What the listener was told of, as it would go out: "<cursor> <payload>".
  [[nodiscard]] std::vector<std::string> heard() const {
    store::Epochs epochs;
    for (const store::Epoch& epoch : recorder->epochs()) epochs.begin(epoch);
    std::vector<std::string> lines;
    for (const store::RecordPtr& record : recorder->records()) {
      lines.push_back(line(epochs, record->position, record->event.payload));
    }
    return lines;
  }
  // All that the copy holds, the same way.
  [[nodiscard]] std::vector<std::string> kept() {
    store::Epochs epochs;
    for (const store::Epoch& epoch : recorder->epochs()) epochs.begin(epoch);
    auto query = everything_after(0, ~store::Position{0});
    query.most_records = 100'000;
    query.most_bytes = 64 * 1024 * 1024;
    const auto page = store::testing::read_now(*log, query);
    if (!page) return {page.error().detail};
    std::vector<std::string> lines;
    for (const store::PageRecord& record : page->records) {
      lines.push_back(line(epochs, record.position(), record.shown().payload));
    }
    return lines;
  }
  [[nodiscard]] bool hears(std::size_t count) const {
    return eventually([&] { return recorder->records().size() >= count; });
  }
  [[nodiscard]] store::EpochId running() const { return recorder->epochs().back().id; }
  [[nodiscard]] bool in_step() const {
    return eventually([&] { return log->healthy(); });
  }
  [[nodiscard]] bool hears_of_epochs(std::size_t count) const {
    return eventually([&] { return recorder->epochs().size() >= count; });
  }
  [[nodiscard]] bool shows(const std::string& sample) {
    return metrics.scrape().find("\n" + sample + "\n") != std::string::npos;
  }
  [[nodiscard]] std::uint64_t thrown_away() {
    return metrics.counter("tidings_copy_thrown_away_total", "Times that the local copy of the log was of no use")
        .value();
  }

  store::testing::TemporaryFolder folder;
  LogSettings settings;
  SystemClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  HeardFacts facts;
  std::unique_ptr<store::testing::Recorder> recorder;
  std::unique_ptr<ReactorThread> thread;
  std::unique_ptr<Log> log;

 private:
  static std::string line(const store::Epochs& epochs, store::Position position, std::string_view payload) {
    return epochs.cursor_of_event(position).text().append(" ").append(payload);
  }
};

// Asks a server directly, as an operator would: what `put` asks of the client that it is given. Each time over a
// connection of its own.
inline redis::Reply ask(const redis::HostPort& server, const std::function<void(redis::Client&, redis::Answer)>& put) {
  struct Ignored final : redis::ClientListener {
    void on_connected() override {}
    void on_disconnected(std::string_view) override {}
  } ignored;
  SystemClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  net::Reactor reactor(clock);
  redis::ClientSettings settings;
  settings.address = *redis::Address::parse("redis://" + server.text());
  settings.name = "operator";
  redis::Client client(reactor, random, metrics, settings, ignored);
  client.start();
  redis::Reply answer;
  bool answered = false;
  bool asked = false;
  for (int turns = 0; turns < 3000 && !answered; ++turns) {
    reactor.run_once(Milliseconds{10});
    if (!client.connected() || std::exchange(asked, true)) continue;
    put(client, [&](redis::CommandResult result) {
      answered = true;
      if (result) answer = *std::move(result);
    });
  }
  EXPECT_TRUE(answered);
  return answer;
}

inline redis::Reply ask(const redis::HostPort& server, std::initializer_list<std::string_view> words) {
  return ask(server, [&](redis::Client& client, redis::Answer done) { client.command(words, std::move(done)); });
}

}  // namespace tidings::shared::testing
