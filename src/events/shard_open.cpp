// A stream's beginning: where it starts, its place in the index, and `hello`.
#include <utility>

#include "events/shard.hpp"
#include "events/system_events.hpp"

namespace tidings::events {

// What is known of a stream before its start is.
struct Shard::Opening {
  http::ExchangePtr exchange;
  http::Response head;
  StreamOptions options;
  std::unique_ptr<Streams::Place::Taken> place;
};

void Shard::open(http::ExchangePtr exchange, http::Response head, StreamOptions options,
                 std::unique_ptr<Streams::Place::Taken> place) {
  take_news();
  find_head();
  Opening opening{std::move(exchange), std::move(head), std::move(options), std::move(place)};
  const StartAt& start = opening.options.start;
  if (std::holds_alternative<StartAt::Earliest>(start.since)) {
    return open_at(opening, Since{timeline_.floor(), true});
  }
  const auto* time = std::get_if<WallTime>(&start.since);
  // `since` counts only where no cursor can be honoured.
  const bool needed = time != nullptr && (!start.last_event_id ||
                                          !timeline_.resolve(start.last_event_id, {}, ring_.head(), newest()).resumed);
  if (!needed) return open_at(opening, std::nullopt);
  // Callbacks are copied, an opening can't be.
  auto held = std::make_shared<Opening>(std::move(opening));
  context_.log->find_time(*time, [this, held](const Result<store::TimePlace>& found) {
    reactor_.post([this, held, found] {
      if (!found) return held->exchange->respond_error(found.error());
      take_news();
      open_at(*held, Since{found->position, false, found->gone});
    });
  });
}

store::Position Shard::newest() const {
  return std::max(ring_.head(), context_.newest.load(std::memory_order_acquire));
}

void Shard::open_at(Opening& opening, const std::optional<Since>& since) {
  Subscriber& stream = streams_.make();
  stream.response = opening.exchange->respond_stream(std::move(opening.head), stream);
  if (stream.response == nullptr) return streams_.destroy(stream);
  const StreamOptions& options = opening.options;
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
  opening.place->quota.reset();

  const Milliseconds heartbeat = context_.settings.heartbeat.load();
  stream.ping_at = tick() + static_cast<std::uint32_t>(heartbeat / net::TimerWheel::tick);
  accept_token(stream, options.expires_at);
  const Start start = timeline_.resolve(options.start.last_event_id, since, ring_.head(), newest());
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
