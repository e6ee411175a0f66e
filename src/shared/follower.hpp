// Keeps a node's copy in step with Redis: meets it (where does it stand, is what we have the same?), brings the copy in
// line, and from then on reads what is appended, for as long as the connections last; and then again.
//
// Two connections: `reading` waits for entries (XREAD BLOCK), `writing` runs scripts, the appender's too. Lives on one
// reactor's thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "observe/metrics.hpp"
#include "redis/alarm.hpp"
#include "shared/connection.hpp"
#include "shared/copy.hpp"
#include "shared/eviction_watch.hpp"
#include "shared/log_clock.hpp"
#include "shared/scripts.hpp"

namespace tidings::shared {

class Follower {
 public:
  static constexpr int entries_a_page = 64;
  // Of the largest page that can be: each entry with what `limits.event_bytes` may be at most, and recipients.
  static constexpr std::size_t most_page_bytes = std::size_t{1} << 30;
  static constexpr Milliseconds block{500};        // how long the server waits for entries
  static constexpr Milliseconds upkeep{500};       // between two meetings
  static constexpr Milliseconds patience{3'000};   // without progress though there is something to read
  static constexpr Milliseconds most_wait{2'000};  // of who waits for the copy to be current
  static constexpr std::size_t most_waiting = 10'000;
  static constexpr int entries_trimmed = 500;         // looked at by the server in one step
  static constexpr std::size_t facts_restored = 256;  // the same

  Follower(const Shared& shared, Copy& copy, LogClock& time, const Scripts& scripts);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void start();
  void stop();

  // Hears once, when the copy has first caught up, just before it goes live.
  std::function<void()> on_first_caught_up = [] {};
  // Hears of facts as they are learned.
  std::function<void(const std::string& name, const std::string& value)> on_fact = [](const auto&, const auto&) {};
  store::Retention retention;

  // The connection for scripts.
  [[nodiscard]] redis::Client& writing() { return writing_; }
  // Meets soon, and not only at the next upkeep.
  void meet();
  // Calls `done` once the copy has all that Redis has now, or can't have it soon.
  void when_current(std::function<void()> done);
  // Whether what is appended reaches this node: in step with Redis, and the copy can be written. Thread-safe.
  [[nodiscard]] bool in_step() const { return in_step_; }

 private:
  enum class State : std::uint8_t { away, meeting, learning, following, broken };
  using Facts = std::map<std::string, std::string>;
  struct Connection final : redis::ClientListener {
    explicit Connection(Follower& of) : follower(of) {}
    void on_connected() override { follower.connected(); }
    void on_disconnected(std::string_view) override { follower.disconnected(); }
    Follower& follower;
  };

  // Who waits for the copy to be current: from when on it counts, and what must be reached then.
  struct Waiting {
    std::uint64_t meeting = 0;
    std::optional<EntryId> target;
    MonotonicTime until;
    std::function<void()> done;
  };

  void connected();
  void disconnected();
  void serve_waiting(bool all);
  void begin_round();
  void met(const Meeting& meeting);
  void bring_in_line(const Meeting& meeting);
  void begin_epoch();
  void learn_facts(const std::string& cursor, Facts found);
  void learn_fact(const std::string& name, const std::string& value);
  [[nodiscard]] std::vector<Fact> lost_facts(const Facts& found) const;
  void restore_facts(std::vector<Fact> lost);
  void follow();
  void read();
  void take(const redis::Reply& reply);
  void note_progress();
  void note_stuck();
  void check_caught_up();
  void reconnect(std::string_view why);
  void broken(const Error& error);
  void keep_up();
  // The answer to what was asked in this round; others come too late.
  template <typename Then>
  [[nodiscard]] redis::Answer in_round(std::string_view what, Then then);

  Shared shared_;
  Copy& copy_;
  LogClock& time_;
  const Scripts& scripts_;
  Connection connection_{*this};
  EvictionWatch eviction_;
  redis::Client reading_;
  redis::Client writing_;
  redis::Alarm upkeep_{[this] { keep_up(); }};

  State state_ = State::away;
  std::uint64_t round_ = 0;  // what was asked in an earlier one is of no interest
  bool meeting_ = false;
  std::uint64_t meetings_ = 0;  // asked for so far
  std::vector<Waiting> waiting_;
  bool caught_up_ = false;
  bool rewritten_ = false;           // an entry didn't follow, though the server knows of nothing
  std::optional<EntryId> stuck_at_;  // where the log was last not read on from
  EntryId target_;                   // to be reached
  EntryId reached_;                  // at the last look
  MonotonicTime progress_;
  bool nothing_there_ = false;  // was the answer since then, though the log is said to go on
  MonotonicTime retried_;
  Facts facts_;
  bool facts_whole_ = false;  // Redis has all that this node knows of them
  std::atomic<bool> in_step_{false};

  observe::Counter& rewritten_total_;
  observe::Counter& failures_;
  observe::Gauge& healthy_;
};

}  // namespace tidings::shared
