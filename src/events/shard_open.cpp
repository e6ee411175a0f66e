// A stream's beginning: where it starts, its place in the index, and `hello`.
#include <utility>

#include "events/shard.hpp"
#include "events/system_events.hpp"

namespace tidings::events {

void Shard::find_start(StartAt start, std::function<void(Result<StartAt>)> done) {
  const auto* time = std::get_if<WallTime>(&start.since);
  if (time == nullptr) return done(std::move(start));
  if (start.last_event_id) {
    take_news();
    find_head();
    // `since` counts only where no cursor can be honoured.
    if (timeline_.resolve(start.last_event_id, {}, ring_.head(), newest()).resumed) return done(std::move(start));
  }
  const WallTime wanted = *time;
  context_.log->find_time(wanted, [&reactor = reactor_, start = std::move(start),
                                   done = std::move(done)](const Result<store::TimePlace>& found) {
    reactor.post([start, done, found]() mutable {
      if (!found) return done(tl::unexpected(found.error()));
      start.since = *found;
      done(std::move(start));
    });
  });
}

std::optional<Since> Shard::since(const StartAt& start) const {
  if (std::holds_alternative<StartAt::Earliest>(start.since)) return Since{timeline_.floor(), true};
  if (const auto* place = std::get_if<store::TimePlace>(&start.since))
    return Since{place->position, false, place->gone};
  return std::nullopt;
}

store::Position Shard::newest() const {
  return std::max(ring_.head(), context_.newest.load(std::memory_order_acquire));
}

void Shard::open(const http::ExchangePtr& exchange, http::Response head, const StreamOptions& options,
                 std::unique_ptr<Streams::Place::Taken> place) {
  take_news();
  find_head();
  Subscriber& stream = streams_.make();
  stream.response = exchange->respond_stream(std::move(head), stream);
  if (stream.response == nullptr) return streams_.destroy(stream);
  stream.id = ConnectionId::make(context_.settings.node, number_, context_.random);
  stream.form = options.form;
  stream.address = options.address;
  stream.names = pack_names(options.user, options.labels);
  stream.opened_at =
      static_cast<std::uint32_t>(std::chrono::duration_cast<Seconds>(reactor_.wall().time_since_epoch()).count());
  index_.add(stream, options.types, options.channels);
  connections_.add(stream);
  context_.metrics.open.add();
  // From now on the stream gives its place back itself.
  place->quota.reset();

  const Milliseconds heartbeat = context_.settings.heartbeat.load();
  stream.ping_at = tick() + static_cast<std::uint32_t>(heartbeat / net::TimerWheel::tick);
  accept_token(stream, options.expires_at, options.issued_at);
  const Start start = timeline_.resolve(options.start.last_event_id, since(options.start), ring_.head(), newest());
  stream.cursor = start.at.position;
  stream.epoch = start.at.epoch;
  stream.state = StreamState::ready;
  std::string first = encode_hello(
      {stream.id, heartbeat, context_.settings.retry.load(), start.resumed, options.expires_at}, start.hello_id);
  if (start.gap) {
    context_.metrics.gap(start.gap->reason).add();
    first += encode_gap(start.gap->reason, start.gap->from, timeline_.cursor(start.gap->to));
  }
  arm(stream);
  if (send(stream, first)) make_ready(stream);
  if (drain_) say_bye(stream, Bye::draining);
}

}  // namespace tidings::events
