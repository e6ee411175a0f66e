// Writing: from a stream's cursor to all that it wants, in one write, and what happens where a transport is full.
#include <array>
#include <cassert>
#include <utility>

#include "events/shard.hpp"
#include "events/system_events.hpp"

namespace tidings::events {
namespace {

iovec piece(std::string_view bytes) {
  // writev(2) takes what it only reads without const.
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

// A live stream's cursor stays where it was written to last, so that events for others cost it nothing: all in between
// was filtered.
void Shard::settle(Subscriber& stream) const {
  if (stream.state == StreamState::live) stream.cursor = std::max(stream.cursor, dispatched_);
}

void Shard::make_ready(Subscriber& stream, SubscriberQueue& queue) {
  stream.state = StreamState::ready;
  if (!stream.has(Subscriber::linked)) queue.push(stream);
  reactor_.schedule(*this);
}

void Shard::block(Subscriber& stream, std::shared_ptr<const void> owner, std::string_view rest,
                  store::Position then_at) {
  context_.metrics.blocked.add();
  stream.state = StreamState::blocked;
  stream.unwritten =
      std::make_unique<Unwritten>(Unwritten{std::move(owner), rest.data(), rest.size(), then_at, tick()});
  arm(stream);
}

// True where all was taken; otherwise the stream is blocked.
bool Shard::send(Subscriber& stream, const EncodedPtr& event) {
  settle(stream);
  const std::string_view bytes = event->bytes(stream.response->framing());
  const iovec whole = piece(bytes);
  const std::size_t taken = stream.response->write({&whole, 1});
  if (taken == bytes.size()) return true;
  block(stream, event, bytes.substr(taken), stream.cursor);
  return false;
}

bool Shard::send(Subscriber& stream, std::string_view event) {
  return send(stream, std::make_shared<const Encoded>(event));
}

bool Shard::send_gap(Subscriber& stream, GapReason reason, Spot to) {
  const std::string from = timeline_.cursor(stream.spot());
  context_.metrics.gap(reason).add();
  stream.cursor = to.position;
  stream.epoch = to.epoch;
  return send(stream, encode_gap(reason, from, timeline_.cursor(to)));
}

bool Shard::wants(Subscriber& stream, const CommittedFrame& frame) const {
  const store::Recipients& recipients = frame.recipients();
  if (!stream.filter().passes(frame)) return false;
  if (recipients.everyone()) return true;
  for (const std::string& user : recipients.users) {
    if (user == stream.user()) return true;
  }
  if (stream.interest() == nullptr) return false;
  for (const std::string& channel : recipients.channels) {
    if (stream.interest()->hears(channel)) return true;
  }
  return false;
}

// How many were served.
std::size_t Shard::serve_some(SubscriberQueue& queue, std::size_t most) {
  std::size_t served = 0;
  while (served < most) {
    Subscriber* stream = queue.pop();
    if (stream == nullptr) break;
    queue.prefetch();
    if (stream->state == StreamState::dead) {
      dead_.push_back(stream);
    } else if (stream->state == StreamState::ready) {
      serve(*stream);
      ++served;
    }
  }
  return served;
}

// One turn of a ready stream.
void Shard::serve(Subscriber& stream) {
  // Said of the frame after this place, and of no later one.
  const bool matched = stream.has(Subscriber::matched);
  const store::Position matched_after = stream.cursor;
  stream.clear(Subscriber::matched);
  if (!pay(stream)) return;
  while (true) {
    const auto epoch_end = timeline_.end(stream.epoch);
    if (epoch_end && stream.cursor >= *epoch_end) {
      if (!send_gap(stream, GapReason::epoch, timeline_.at(std::max(*epoch_end, stream.cursor)))) return;
      continue;
    }
    const store::Position limit = epoch_end.value_or(ring_.head());
    if (stream.cursor >= limit) {
      stream.state = StreamState::live;
      return;
    }
    const bool in_ring = ring_.holds_after(stream.cursor);
    if (!in_ring && stream.cursor < timeline_.floor()) {
      if (!send_gap(stream, GapReason::retention, timeline_.at(timeline_.floor()))) return;
      continue;
    }
    // What retention has passed is served while the ring still has it.
    const bool kept = stream.cursor >= timeline_.floor();
    if (!in_ring || (kept && limit - stream.cursor > most_behind)) return wait_to_read(stream);
    if (matched && stream.cursor == matched_after && limit - stream.cursor == 1) stream.set(Subscriber::matched);
    if (!write_frames(stream, limit)) return;
    if (stream.cursor < limit) return make_ready(stream, behind_);  // others first
  }
}

// Writes what the stream wants of the frames up to `limit`, as many as one write holds. False where it is blocked.
bool Shard::write_frames(Subscriber& stream, store::Position limit) {
  std::array<iovec, frames_a_write> pieces;
  std::array<store::Position, frames_a_write> positions;
  const http::Framing framing = stream.response->framing();
  const bool known = stream.has(Subscriber::matched);
  stream.clear(Subscriber::matched);
  std::size_t count = 0;
  std::size_t bytes = 0;
  store::Position scanned = stream.cursor;
  while (scanned < limit && count < frames_a_write && bytes < bytes_a_write) {
    const FramePtr& frame = ring_.at(++scanned);
    if (!frame || (!known && !wants(stream, *frame))) continue;
    pieces[count] = piece(frame->encoded(stream.form).bytes(framing));
    positions[count] = scanned;
    bytes += pieces[count].iov_len;
    ++count;
  }
  if (count == 0) {
    stream.cursor = scanned;
    return true;
  }
  std::size_t taken = stream.response->write({pieces.data(), count});
  ++writes_;
  const bool whole = taken == bytes;
  std::size_t written = 0;
  while (written < count && taken >= pieces[written].iov_len) taken -= pieces[written++].iov_len;
  stream.count_events(written);
  delivered_ += written;
  if (whole) {
    stream.cursor = scanned;
    return true;
  }
  // All before the first frame that was not taken whole is written or filtered.
  const store::Position next = positions[written];
  stream.cursor = next - 1;
  std::string_view rest;
  if (taken > 0) {
    rest = {static_cast<const char*>(pieces[written].iov_base) + taken, pieces[written].iov_len - taken};
  }
  block(stream, ring_.at(next), rest, next);
  return false;
}

void Shard::writable(Subscriber& stream) {
  if (stream.state != StreamState::blocked) return;
  Unwritten& rest = *stream.unwritten;
  if (rest.left > 0) {
    const iovec bytes = piece({rest.next, rest.left});
    const std::size_t taken = stream.response->write({&bytes, 1});
    if (taken > 0) rest.since = tick();
    rest.next += taken;
    rest.left -= taken;
    if (rest.left > 0) return;
    if (rest.then_at > stream.cursor) {
      stream.cursor = rest.then_at;
      stream.count_events(1);
      ++delivered_;
    }
  }
  stream.unwritten.reset();
  if (stream.has(Subscriber::said_bye)) return finish(stream);
  if (stream.has(Subscriber::linked) && stream.has(Subscriber::waits_to_read)) {
    stream.state = StreamState::waiting;
    static_cast<void>(pay(stream));
    return;
  }
  make_ready(stream);
}

}  // namespace tidings::events
