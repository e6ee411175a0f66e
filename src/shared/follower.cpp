#include "shared/follower.hpp"

#include <algorithm>
#include <utility>

#include "observe/log.hpp"

namespace tidings::shared {

using observe::Level;

namespace {

redis::ClientSettings reading_settings(const redis::Address& address) {
  redis::ClientSettings settings = client_settings(address, "read");
  settings.reply_limits.bytes = Follower::most_page_bytes;
  return settings;
}

}  // namespace

Follower::Follower(const Shared& shared, Copy& copy, LogClock& time, const Scripts& scripts)
    : shared_(shared),
      copy_(copy),
      time_(time),
      scripts_(scripts),
      eviction_(shared.metrics),
      reading_(shared.reactor, shared.random, shared.metrics, reading_settings(shared.address), connection_),
      writing_(shared.reactor, shared.random, shared.metrics, client_settings(shared.address, "write"), connection_),
      rewritten_total_(shared.metrics.counter("tidings_log_rewritten_total",
                                              "Times that Redis had lost or changed what was read of it")),
      failures_(shared.metrics.counter("tidings_log_failures_total", "Times that the store failed while in use")),
      healthy_(shared.metrics.gauge("tidings_store_healthy", "1 where the store can be written and is not damaged")) {
  copy_.on_fact = [this](const Fact& fact) { learn_fact(fact.name, fact.value); };
}

Follower::~Follower() { stop(); }

void Follower::start() {
  reading_.start();
  writing_.start();
  shared_.reactor.timers().arm(upkeep_, shared_.reactor.now() + upkeep);
}

void Follower::stop() {
  shared_.reactor.timers().cancel(upkeep_);
  reading_.stop();
  writing_.stop();
}

// What was asked by now is answered in vain.
void Follower::begin_round() {
  ++round_;
  meeting_ = false;
  in_step_ = false;
  healthy_.set(0);
  serve_waiting(true);
}

template <typename Then>
redis::Answer Follower::in_round(std::string_view what, Then then) {
  return [this, round = round_, what, then = std::move(then)](redis::CommandResult result) mutable {
    // One that lost its connection is of an earlier round; one without an answer was not even sent.
    if (round != round_) return;
    if (result && !result->is_error()) return then(*result);
    if (result) {
      // The words of the message may be what was sent.
      observe::log(Level::warning, "redis_refused", {{"what", what}, {"error", result->error_word()}});
    } else {
      observe::log(Level::warning, "redis_not_asked", {{"what", what}, {"detail", result.error().detail}});
    }
    state_ = State::away;  // asked again where it stands at the next upkeep; what is read until then still counts
    meeting_ = false;
    in_step_ = false;
    healthy_.set(0);
  };
}

void Follower::connected() {
  if (!reading_.connected() || !writing_.connected()) return;
  scripts_.load(writing_);
  eviction_.look_soon();
  begin_round();
  if (state_ != State::broken) state_ = State::away;
  meet();
}

void Follower::disconnected() {
  begin_round();
  if (state_ != State::broken) state_ = State::away;
}

// Not from within a client's call.
void Follower::reconnect(std::string_view why) {
  observe::log(Level::warning, "redis_reconnecting", {{"reason", why}});
  begin_round();
  state_ = State::away;
  shared_.reactor.defer([this] {
    for (redis::Client* client : {&reading_, &writing_}) {
      client->stop();
      client->start();
    }
  });
}

void Follower::keep_up() {
  const MonotonicTime now = shared_.reactor.now();
  shared_.reactor.timers().arm(upkeep_, now + upkeep);
  serve_waiting(false);
  if (state_ == State::broken || copy_.damage()) {
    if (state_ != State::broken) return broken({ErrorCode::store_unavailable, *copy_.damage()});
    if (now - retried_ < Seconds{1}) return;
    retried_ = now;
    if (!copy_.reopen()) return;
    observe::log(Level::info, "store_recovered");
    state_ = State::away;
  }
  // Each found a primary of its own while one takes over from the other.
  if (reading_.connected() && writing_.connected() && reading_.server() != writing_.server()) {
    return reconnect("two servers are primaries");
  }
  if (writing_.connected()) eviction_.look(writing_, now);
  meet();
}

void Follower::broken(const Error& error) {
  observe::log(Level::error, "store_failed", {{"detail", error.detail}});
  failures_.add();
  begin_round();
  state_ = State::broken;
  retried_ = {};
}

void Follower::meet() {
  // To meet while facts are learned would be to begin with them anew: many of them would never be learned.
  if (meeting_ || state_ == State::learning || state_ == State::broken || !reading_.connected() ||
      !writing_.connected())
    return;
  if (reading_.server() != writing_.server()) return;
  meeting_ = true;
  ++meetings_;
  if (state_ == State::away) state_ = State::meeting;
  Call call(scripts_.meet, shared_.names, shared_.random, retention);
  call.add(std::to_string(entries_trimmed));
  const auto& stand = copy_.stand();
  call.add(stand ? hexadecimal(stand->log) : "");
  call.add(stand ? stand->entry.text() : "0-0");
  call.add(stand ? bytes_of(stand->mark) : "");
  call.run(writing_, in_round("meet", [this](const redis::Reply& reply) {
             meeting_ = false;
             const auto meeting = Meeting::read(reply);
             if (!meeting) return reconnect("the server's state is not understood");
             met(*meeting);
           }));
}

void Follower::met(const Meeting& meeting) {
  time_.set(meeting.now);
  target_ = std::max(target_, meeting.last);
  const bool follows = state_ == State::following;
  // While the copy is still behind, retention may pass it any time: what it reads then is looked at anew.
  const bool passed = meeting.standing == Standing::passed && !(copy_.stand()->entry < meeting.floor);
  if (!follows || (meeting.standing != Standing::same && !passed) || rewritten_) {
    begin_round();
    state_ = State::meeting;
    target_ = meeting.last;
    return bring_in_line(meeting);
  }
  if (auto followed = copy_.follow_floor(meeting); !followed) return broken(followed.error());
  for (Waiting& each : waiting_) {
    if (each.meeting <= meetings_ && !each.target) each.target = meeting.last;
  }
  check_caught_up();
  if (copy_.stand()->entry != reached_ || !(copy_.stand()->entry < target_)) {
    note_progress();
  } else if (shared_.reactor.now() - progress_ > patience) {
    if (nothing_there_) note_stuck();
    return reconnect("what is appended is not to be read");
  }
  if (meeting.more || std::ranges::any_of(waiting_, [](const auto& each) { return !each.target; })) meet();
}

void Follower::when_current(std::function<void()> done) {
  if (state_ != State::following || waiting_.size() >= most_waiting) return done();
  waiting_.push_back({meetings_ + 1, std::nullopt, shared_.reactor.now() + most_wait, std::move(done)});
  meet();
}

void Follower::serve_waiting(bool all) {
  if (waiting_.empty()) return;
  const MonotonicTime now = shared_.reactor.now();
  const auto ready = std::partition(waiting_.begin(), waiting_.end(), [&](const Waiting& each) {
    const bool reached = each.target && copy_.stand() && !(copy_.stand()->entry < *each.target);
    return !all && !reached && each.until > now;
  });
  std::vector<Waiting> served(std::make_move_iterator(ready), std::make_move_iterator(waiting_.end()));
  waiting_.erase(ready, waiting_.end());
  for (const Waiting& each : served) each.done();
}

void Follower::bring_in_line(const Meeting& meeting) {
  const bool nothing = !copy_.stand();
  const bool same = !nothing && meeting.standing == Standing::same && !rewritten_;
  Result<void> done;
  if (nothing) {
    done = copy_.go_on(meeting, 0);
  } else if (!same) {
    const auto& stand = *copy_.stand();
    const auto epoch = meeting.standing == Standing::other
                           ? meeting.epochs.end()
                           : std::ranges::find(meeting.epochs, stand.epoch, &SharedEpoch::id);
    const auto next = epoch == meeting.epochs.end() ? epoch : std::next(epoch);
    const bool ended = next != meeting.epochs.end() && next->begun.position < stand.entry.position;
    if (meeting.standing == Standing::passed && epoch != meeting.epochs.end() && !ended && !rewritten_) {
      observe::log(Level::warning, "copy_passed_by_retention", {{"floor", meeting.floor.text()}});
      done = copy_.go_on(meeting, static_cast<std::size_t>(epoch - meeting.epochs.begin()));
    } else if (epoch != meeting.epochs.end() && next == meeting.epochs.end()) {
      return begin_epoch();
    } else {
      rewritten_total_.add();
      observe::log(Level::warning, "log_rewritten",
                   {{"detail", epoch == meeting.epochs.end() ? "Redis has another log" : "Redis has lost events"}});
      // At the start nobody has been told of anything of another log.
      if (epoch == meeting.epochs.end() && !copy_.live()) done = copy_.clear();
      if (done)
        done = copy_.go_on(meeting,
                           static_cast<std::size_t>(next == meeting.epochs.end() ? 0 : next - meeting.epochs.begin()));
    }
  }
  if (!done) return broken(done.error());
  if (std::exchange(rewritten_, false)) stuck_at_.reset();
  if (auto followed = copy_.follow_floor(meeting); !followed) return broken(followed.error());
  if (same && caught_up_ && facts_whole_) return follow();
  facts_whole_ = false;
  state_ = State::learning;
  learn_facts("0", {});
}

// Redis doesn't know that its log is another one than it was.
void Follower::begin_epoch() {
  Call call(scripts_.begin, shared_.names, shared_.random, retention);
  call.add(hexadecimal(copy_.stand()->epoch));
  state_ = State::away;
  call.run(writing_, in_round("begin", [this](const redis::Reply&) { meet(); }));
}

void Follower::learn_fact(const std::string& name, const std::string& value) {
  const auto [known, added] = facts_.try_emplace(name, value);
  if (!added && (known->second == value || above(known->second, value))) return;
  known->second = value;
  on_fact(name, value);
}

void Follower::learn_facts(const std::string& cursor, Facts found) {
  writing_.command({"HSCAN", shared_.names.facts, cursor, "COUNT", "500"},
                   in_round("facts", [this, found = std::move(found)](const redis::Reply& reply) mutable {
                     const auto pairs = reply[1].elements();
                     for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
                       found.insert_or_assign(std::string(pairs[i].text()), std::string(pairs[i + 1].text()));
                     }
                     if (reply[0].text() != "0") return learn_facts(std::string(reply[0].text()), std::move(found));
                     auto lost = lost_facts(found);
                     for (const auto& [name, value] : found) learn_fact(name, value);
                     follow();
                     restore_facts(std::move(lost));
                   }));
}

// What Redis has lost of them, or has an older value of, and this node still knows.
std::vector<Fact> Follower::lost_facts(const Facts& found) const {
  std::vector<Fact> lost;
  for (const auto& [name, value] : facts_) {
    const auto kept = found.find(name);
    if (kept == found.end() || above(value, kept->second)) lost.push_back({name, value});
  }
  return lost;
}

// A batch once the one before it is answered and read: however many there are, neither this connection nor the server
// has much of it to do at a time, and retention does not pass this node by what it puts back itself.
void Follower::restore_facts(std::vector<Fact> lost) {
  facts_whole_ = lost.empty();
  if (facts_whole_) return;
  Call call(scripts_.fact, shared_.names, shared_.random, retention);
  call.add("missing");
  for (std::size_t batch = 0; batch < facts_restored && !lost.empty(); ++batch) {
    call.add(std::move(lost.back().name));
    call.add(std::move(lost.back().value));
    call.add(bytes_of(shared_.random.next_u64()));
    lost.pop_back();
  }
  call.run(writing_, in_round("fact", [this, lost = std::move(lost)](const redis::Reply&) mutable {
             when_current([this, round = round_, lost = std::move(lost)]() mutable {
               if (round == round_) restore_facts(std::move(lost));
             });
           }));
}

void Follower::follow() {
  state_ = State::following;
  note_progress();
  check_caught_up();
  read();
}

void Follower::read() {
  const std::string count = std::to_string(entries_a_page);
  const std::string wait = std::to_string(block.count());
  const std::string from = copy_.stand()->entry.text();
  reading_.command({"XREAD", "COUNT", count, "BLOCK", wait, "STREAMS", shared_.names.log, from},
                   in_round("read", [this](const redis::Reply& reply) { take(reply); }));
}

void Follower::take(const redis::Reply& reply) {
  std::vector<Entry> entries;
  bool whole = true;
  for (const redis::Reply& each : reply[0][1].elements()) {
    auto entry = read_entry(each);
    whole = whole && entry.has_value();
    if (!whole) break;
    entries.push_back(*std::move(entry));
  }
  const auto taken = copy_.take(std::move(entries));
  if (!taken) return broken(taken.error());
  if (!*taken || !whole) {
    note_stuck();
    begin_round();
    state_ = State::away;
    return meet();
  }
  // Unlike no answer yet, which may be a slow link's.
  if (reply.elements().empty() && copy_.stand()->entry < target_) nothing_there_ = true;
  check_caught_up();
  read();
}

void Follower::note_progress() {
  reached_ = copy_.stand()->entry;
  progress_ = shared_.reactor.now();
  nothing_there_ = false;
}

// Where the server says once more that we have what it has, and doesn't go on from there again, it was rewritten.
void Follower::note_stuck() {
  const EntryId at = copy_.stand()->entry;
  rewritten_ = stuck_at_ == at;
  stuck_at_ = at;
}

void Follower::check_caught_up() {
  serve_waiting(false);
  if (in_step_ || state_ != State::following || copy_.stand()->entry < target_) return;
  in_step_ = true;
  if (!std::exchange(caught_up_, true)) on_first_caught_up();
  healthy_.set(1);
  observe::log(Level::info, "in_step_with_redis",
               {{"server", std::string(writing_.server())}, {"head", copy_.head().text()}});
}

}  // namespace tidings::shared
