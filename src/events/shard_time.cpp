// What comes with time: pings, new tokens asked for, tokens that end, readers that are stuck, and farewells.
#include <algorithm>
#include <utility>

#include "events/shard.hpp"
#include "events/system_events.hpp"
#include "observe/log.hpp"

namespace tidings::events {
namespace {

constexpr Milliseconds a_tick = net::TimerWheel::tick;
constexpr Milliseconds earliest_reauth{Seconds{30}};
// What a stream that must go has for the rest of its frame and for its bye: SPEC §1.7 gives a second from the question,
// which had to come here first.
constexpr Milliseconds farewell_time{800};

// Ticks have 32 bits (1.3 years) and are compared by their difference.
Milliseconds between(std::uint32_t from, std::uint32_t to) { return static_cast<std::int32_t>(to - from) * a_tick; }

}  // namespace

std::uint32_t Shard::tick() const { return static_cast<std::uint32_t>(reactor_.now().time_since_epoch() / a_tick); }

void Shard::accept_token(Subscriber& stream, WallTime expires_at, std::optional<std::int64_t> issued_at) const {
  stream.accept_token(expires_at, issued_at);
  const Milliseconds left = std::max(Milliseconds{0}, stream.expires_at() - reactor_.wall());
  stream.reauth_lead = static_cast<std::uint16_t>(std::min(left / 2, earliest_reauth).count());
  stream.clear(Subscriber::said_reauth | Subscriber::owes_reauth);
}

// One timer serves all of a stream's times: whichever comes first.
void Shard::arm(Subscriber& stream) {
  Milliseconds in = between(tick(), stream.ping_at);
  if (stream.state == StreamState::blocked) {
    in = std::min(in, between(tick(), stream.unwritten->since) + context_.settings.write_timeout.load());
  }
  if (!stream.must_go()) {
    const Milliseconds left = stream.expires_at() - reactor_.wall();
    in = std::min(in, left + context_.settings.clock_skew.load());
    if (!stream.has(Subscriber::said_reauth)) in = std::min(in, left - Milliseconds{stream.reauth_lead});
  }
  reactor_.timers().arm(stream, reactor_.now() + std::max(in, Milliseconds{0}));
}

// How long the stream has not taken, or its peer not acknowledged, what was written.
Milliseconds Shard::silent_for(const Subscriber& stream) const {
  const Milliseconds unacknowledged = stream.response->unacknowledged_for();
  if (stream.state != StreamState::blocked) return unacknowledged;
  return std::max(unacknowledged, between(stream.unwritten->since, tick()));
}

void Shard::timer(Subscriber& stream) {
  const bool ping_due = between(stream.ping_at, tick()) >= Milliseconds{0};
  if (ping_due && stream.must_go()) return abort(stream);
  const Milliseconds write_timeout = context_.settings.write_timeout.load();
  const bool stuck = stream.state == StreamState::blocked && between(stream.unwritten->since, tick()) >= write_timeout;
  // Asking the kernel costs a call, so it is asked once a ping.
  if (stuck || (ping_due && stream.response->unacknowledged_for() >= write_timeout)) {
    context_.metrics.write_timeouts.add();
    return abort(stream);
  }
  if (stream.must_go()) return arm(stream);
  const Milliseconds left = stream.expires_at() - reactor_.wall();
  if (left + context_.settings.clock_skew.load() <= Milliseconds{0}) return say_bye(stream, Bye::token_expired);
  if (left <= Milliseconds{stream.reauth_lead} && !stream.has(Subscriber::said_reauth)) {
    stream.set(Subscriber::owes_reauth | Subscriber::said_reauth);
  }
  if (ping_due) {
    stream.set(Subscriber::owes_ping);
    stream.ping_at = tick() + static_cast<std::uint32_t>(context_.settings.heartbeat.load() / a_tick);
  }
  if (stream.state != StreamState::blocked && !pay(stream)) return;
  arm(stream);
}

// Sends what the stream is still to be told; false where it is blocked or gone after that.
bool Shard::pay(Subscriber& stream) {
  if (stream.has(Subscriber::owes_bye)) return write_bye(stream);
  if (stream.has(Subscriber::owes_reauth)) {
    stream.clear(Subscriber::owes_reauth);
    settle(stream);
    if (!send(stream, encode_reauth(stream.expires_at(), timeline_.cursor(stream.spot())))) return false;
  }
  if (stream.has(Subscriber::owes_ping)) {
    stream.clear(Subscriber::owes_ping);
    return send(stream, ping(stream));
  }
  return true;
}

// Streams that stand at the same place in the same turn share one.
EncodedPtr Shard::ping(Subscriber& stream) {
  settle(stream);
  if (!last_ping_ || last_ping_spot_ != stream.spot() || last_ping_time_ != reactor_.wall()) {
    last_ping_spot_ = stream.spot();
    last_ping_time_ = reactor_.wall();
    last_ping_ = std::make_shared<const Encoded>(encode_ping(last_ping_time_, timeline_.cursor(last_ping_spot_)));
  }
  return last_ping_;
}

// At once, or when the frame that the stream is in the middle of is finished: however much of that is taken meanwhile,
// the time for it does not grow.
void Shard::say_bye(Subscriber& stream, Bye reason) {
  const bool draining = stream.has(Subscriber::owes_bye | Subscriber::said_bye);
  // What draining leaves to a stream may be too long for another reason.
  if (draining && (stream.must_go() || reason == Bye::draining)) return;
  if (!draining) {
    context_.metrics.bye(reason).add();
    stream.clear(Subscriber::owes_ping | Subscriber::owes_reauth);
    stream.set(Subscriber::owes_bye);
  }
  stream.bye = reason;
  if (stream.must_go()) stream.ping_at = tick() + static_cast<std::uint32_t>(farewell_time / a_tick);
  if (stream.state == StreamState::blocked) return arm(stream);
  static_cast<void>(write_bye(stream));
}

// Always false: the stream is gone or will be.
bool Shard::write_bye(Subscriber& stream) {
  settle(stream);
  stream.clear(Subscriber::owes_bye);
  stream.set(Subscriber::said_bye);
  Milliseconds retry = context_.settings.retry.load();
  // All who are sent away together should not return together.
  if (stream.bye == Bye::draining) {
    retry += Milliseconds{context_.random.below(static_cast<std::uint64_t>(retry.count()) + 1)};
  }
  if (send(stream, encode_bye(stream.bye, retry, timeline_.cursor(stream.spot())))) finish(stream);
  return false;
}

void Shard::finish(Subscriber& stream) {
  stream.response->end();
  bury(stream);
}

void Shard::abort(Subscriber& stream) {
  stream.response->abort();
  bury(stream);
}

void Shard::drain(Milliseconds over, std::function<void()> done) {
  Drain drain{std::move(done), {}, 0, reactor_.now(), over};
  drain.streams.reserve(connections_.size());
  connections_.for_each([&](const Subscriber& stream) { drain.streams.push_back(stream.id); });
  drain_ = std::move(drain);
  drain_on();
}

// Byes go out evenly over four fifths of the time, so that the last ones can still be written in it.
void Shard::drain_on() {
  const Milliseconds spread = drain_->over * 4 / 5;
  const Milliseconds passed = reactor_.now() - drain_->start;
  const std::size_t all = drain_->streams.size();
  const std::size_t due =
      passed >= spread ? all
                       : all * static_cast<std::size_t>(passed.count()) / static_cast<std::size_t>(spread.count());
  while (drain_->told < due) {
    if (Subscriber* stream = connections_.find(drain_->streams[drain_->told++])) say_bye(*stream, Bye::draining);
    if (!drain_) return;
  }
  if (passed >= std::max(drain_->over, least_drain)) {
    std::vector<Subscriber*> left;
    connections_.for_each([&](Subscriber& stream) { left.push_back(&stream); });
    for (Subscriber* stream : left) abort(*stream);
    if (!drain_) return;
  }
  if (connections_.size() > 0) return reactor_.timers().arm(drain_alarm_, reactor_.now() + drain_step);
  reactor_.timers().cancel(drain_alarm_);
  const std::function<void()> done = std::move(drain_->done);
  drain_.reset();
  done();
}

}  // namespace tidings::events
