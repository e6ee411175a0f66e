#include "shared/appender.hpp"

#include <utility>

#include "observe/log.hpp"
#include "store/fingerprint.hpp"
#include "store/record_codec.hpp"

namespace tidings::shared {
namespace {

using Stored = store::EventLog::Stored;

// What the server has against it, for the operator. The message itself may be what was sent.
void note_refusal(std::string_view what, const redis::CommandResult& result) {
  if (!result || !result->is_error()) return;
  observe::log(observe::Level::error, "redis_refused", {{"what", what}, {"error", result->error_word()}});
}

Stored cursors_of(const redis::Reply& part) {
  if (part.is_text()) {
    return fail(ErrorCode::key_reused,
                "another event was published under the key \"" + std::string(part.text()) + "\"");
  }
  std::vector<store::Cursor> cursors;
  for (const redis::Reply& each : part.elements()) {
    const auto cursor = store::Cursor::parse(each.text());
    if (!cursor) return store::cannot_store();
    cursors.push_back(*cursor);
  }
  return cursors;
}

}  // namespace

Appender::Appender(const Shared& shared, Follower& follower, const Scripts& scripts, std::size_t replicas)
    : shared_(shared),
      follower_(follower),
      scripts_(scripts),
      replicas_(replicas),
      events_(shared.metrics.counter("tidings_log_events_total", "Events stored")),
      commits_(shared.metrics.counter("tidings_log_commits_total", "Commits, each of one or more events")),
      refused_(shared.metrics.counter("tidings_log_overloaded_total", "Requests refused because too much waited")),
      not_replicated_(shared.metrics.counter("tidings_log_not_replicated_total",
                                             "Commits that too few replicas confirmed in time")) {}

void Appender::append_all(std::vector<std::vector<store::Event>> requests, const store::EventLog::AllAppended& done) {
  const std::size_t count = requests.size();
  if (closed_ || !follower_.in_step()) return done(std::vector<Stored>(count, store::cannot_store()));
  Request request;
  for (const std::vector<store::Event>& events : requests) {
    request.events += events.size();
    for (const store::Event& event : events) request.bytes += store::retained_bytes(event);
  }
  // Before it is encoded: what is refused, when there is too much to do already, costs next to nothing.
  if (waiting_bytes_.fetch_add(request.bytes) + request.bytes > most_waiting_bytes) {
    waiting_bytes_ -= request.bytes;
    refused_.add();
    return done(std::vector<Stored>(
        count, fail(ErrorCode::overloaded, "Too many events wait to be stored; these may be sent again.", Seconds{1})));
  }
  for (std::vector<store::Event>& events : requests) {
    auto& part = request.parts.emplace_back();
    for (store::Event& event : events) {
      Encoded encoded;
      encoded.size = store::retained_bytes(event);
      if (!event.key.empty()) encoded.fingerprint = store::fingerprint(event);
      const store::Record record{0, WallTime{}, std::move(event)};
      encoded.record = store::encode_record(record, 0);
      encoded.key = record.event.key;
      part.push_back(std::move(encoded));
    }
  }
  request.done = done;
  auto held = std::make_shared<Request>(std::move(request));
  shared_.reactor.post([this, held] { take(std::move(*held)); });
}

void Appender::take(Request request) {
  waiting_.push_back(std::move(request));
  if (!busy_) send();
}

void Appender::send() {
  Group group;
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::size_t parts = 0;
  while (!waiting_.empty()) {
    Request& first = waiting_.front();
    const bool room = events + first.events <= most_group_events && bytes + first.bytes <= most_group_bytes;
    if (!group.empty() && !room) break;
    events += first.events;
    bytes += first.bytes;
    parts += first.parts.size();
    group.push_back(std::move(first));
    waiting_.pop_front();
  }
  busy_ = true;
  Call call(scripts_.append, shared_.names, shared_.random, follower_.retention);
  call.add(std::to_string(parts));
  for (Request& request : group) {
    for (auto& part : request.parts) {
      call.add(std::to_string(part.size()));
      for (Encoded& event : part) {
        call.add(std::move(event.record));
        call.add(bytes_of(shared_.random.next_u64()));
        call.add(std::to_string(event.size));
        call.add(std::move(event.key));
        call.add(std::move(event.fingerprint));
      }
    }
  }
  auto held = std::make_shared<Group>(std::move(group));
  call.run(follower_.writing(), [this, held](const redis::CommandResult& result) { answered(held, result); });
}

void Appender::answered(const std::shared_ptr<Group>& group, const redis::CommandResult& result) {
  note_refusal("append", result);
  if (!result || result->is_error()) {
    settle(*group, [](std::size_t) { return store::cannot_store(); });
    return next();
  }
  // Those that are known already were stored, and counted, before.
  const std::int64_t stored = result->elements().empty() ? 0 : result->elements().back().integer().value_or(0);
  if (stored > 0) {
    commits_.add();
    events_.add(static_cast<std::uint64_t>(stored));
  }
  confirm([this, group, reply = *result](const Result<void>& confirmed) {
    settle(*group, [&](std::size_t part) -> Stored {
      auto cursors = cursors_of(reply[part]);
      if (cursors && !confirmed) return tl::unexpected(confirmed.error());
      return cursors;
    });
    next();
  });
}

void Appender::confirm(std::function<void(Result<void>)> done) {
  if (replicas_ == 0) return done({});
  const std::string count = std::to_string(replicas_);
  const std::string time = std::to_string(replication_time.count());
  follower_.writing().command({"WAIT", count, time},
                              [this, done = std::move(done)](const redis::CommandResult& result) {
                                note_refusal("wait", result);
                                const auto have = result ? result->integer() : std::nullopt;
                                if (have && *have >= static_cast<std::int64_t>(replicas_)) return done({});
                                not_replicated_.add();
                                done(fail(ErrorCode::not_replicated,
                                          "Too few replicas have confirmed what was sent; send it again with the same "
                                          "key.",
                                          Seconds{1}));
                              });
}

void Appender::settle(const Group& group, const std::function<Stored(std::size_t part)>& outcome) {
  std::size_t part = 0;
  for (const Request& request : group) {
    std::vector<Stored> outcomes;
    for (std::size_t i = 0; i < request.parts.size(); ++i) outcomes.push_back(outcome(part++));
    waiting_bytes_ -= request.bytes;
    request.done(std::move(outcomes));
  }
}

void Appender::next() {
  busy_ = false;
  if (!waiting_.empty()) return send();
  if (finished_) std::exchange(finished_, {})();
}

void Appender::put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) {
  if (closed_ || !follower_.in_step()) return done(store::cannot_store());
  shared_.reactor.post([this, name = std::move(name), value = std::move(value), done = std::move(done)] {
    Call call(scripts_.fact, shared_.names, shared_.random, follower_.retention);
    call.add("always");
    call.add(name);
    call.add(value);
    call.add(bytes_of(shared_.random.next_u64()));
    call.run(follower_.writing(), [this, done](const redis::CommandResult& result) {
      note_refusal("fact", result);
      if (!result || result->is_error()) return done(store::cannot_store());
      confirm(done);
    });
  });
}

void Appender::finish(std::function<void()> done) {
  closed_ = true;
  if (!busy_) return done();
  finished_ = std::move(done);
}

}  // namespace tidings::shared
