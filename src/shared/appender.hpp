// Puts events and facts into the shared log: what waits goes together, one group at a time, in one script, and where
// replicas must have it too, WAIT is asked before anybody is answered (decision 14).
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "observe/metrics.hpp"
#include "shared/follower.hpp"
#include "store/event_log.hpp"

namespace tidings::shared {

class Appender {
 public:
  static constexpr std::size_t most_waiting_bytes = 64 * 1024 * 1024;
  // What one script takes, though at least one request: for its time the server does nothing else.
  static constexpr std::size_t most_group_events = 512;
  static constexpr std::size_t most_group_bytes = 4 * 1024 * 1024;
  static constexpr Milliseconds replication_time{1'000};  // within which the replicas must have a group

  // `replicas`: how many must confirm; 0 where the primary's word is enough.
  Appender(const Shared& shared, Follower& follower, const Scripts& scripts, std::size_t replicas);

  // As `EventLog`'s. Any thread.
  void append_all(std::vector<std::vector<store::Event>> requests, const store::EventLog::AllAppended& done);
  void put_fact(std::string name, std::string value, std::function<void(Result<void>)> done);

  // The reactor's thread. Nothing is taken any more; `done` once what was taken is answered.
  void finish(std::function<void()> done);

 private:
  struct Encoded {
    std::string record;
    std::string key;
    std::string fingerprint;
    std::uint64_t size = 0;
  };
  struct Request {
    std::vector<std::vector<Encoded>> parts;
    store::EventLog::AllAppended done;
    std::size_t events = 0;
    std::size_t bytes = 0;
  };
  using Group = std::vector<Request>;

  void take(Request request);
  void send();
  void answered(const std::shared_ptr<Group>& group, const redis::CommandResult& result);
  void settle(const Group& group, const std::function<store::EventLog::Stored(std::size_t part)>& outcome);
  // Whether enough replicas have what was written over this connection.
  void confirm(std::function<void(Result<void>)> done);
  void next();

  Shared shared_;
  Follower& follower_;
  const Scripts& scripts_;
  const std::size_t replicas_;
  std::deque<Request> waiting_;
  bool busy_ = false;
  std::function<void()> finished_;
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<bool> closed_{false};

  observe::Counter& events_;
  observe::Counter& commits_;
  observe::Counter& refused_;
  observe::Counter& not_replicated_;
};

}  // namespace tidings::shared
