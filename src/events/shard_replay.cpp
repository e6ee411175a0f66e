// Streams that are too far behind for the ring: pages of the log, a bounded number asked for at a time, the others in
// the order that they came. So many who return at once take turns, and none holds more than a page.
#include <string>
#include <utility>
#include <vector>

#include "events/shard.hpp"
#include "observe/log.hpp"

namespace tidings::events {
namespace {

store::ReadQuery query_of(const Subscriber& stream, store::Position until) {
  store::ReadQuery query;
  query.after = stream.cursor;
  query.until = until;
  query.users.emplace_back(stream.user());
  if (stream.interest() != nullptr) {
    // The patterns are immutable and shared, so that the reader's thread may ask them after the stream is gone.
    const Patterns patterns = stream.interest()->patterns();
    for (const Pattern& pattern : *patterns) {
      (pattern.exact() ? query.channels : query.channel_prefixes).emplace_back(pattern.prefix());
    }
    query.accept_channel = [patterns](std::string_view channel) { return any_matches(*patterns, channel); };
  }
  if (const Patterns types = stream.filter().patterns(); !types->empty()) {
    query.accept_type = [types](std::string_view type) { return any_matches(*types, type); };
  }
  query.most_bytes = Shard::bytes_a_write;
  return query;
}

}  // namespace

void Shard::wait_to_read(Subscriber& stream) {
  stream.state = StreamState::waiting;
  stream.set(Subscriber::waits_to_read);
  waiting_.push(stream);
  start_reads();
}

void Shard::start_reads() {
  while (reads_ < most_reads && !read_again_.armed()) {
    Subscriber* stream = waiting_.pop();
    if (stream == nullptr) return;
    stream->clear(Subscriber::waits_to_read);
    if (stream->state == StreamState::dead) {
      if (dead_.empty()) reactor_.defer([this] { sweep(); });
      dead_.push_back(stream);
    } else if (stream->state == StreamState::waiting) {
      read(*stream);
    }
    // A blocked one comes back once it can be written to.
  }
}

void Shard::read(Subscriber& stream) {
  stream.state = StreamState::reading;
  ++reads_;
  context_.metrics.log_reads.add();
  const store::Position until = timeline_.end(stream.epoch).value_or(ring_.head());
  // The answer comes on another thread, and the stream may be gone by then: it is known by its id.
  context_.log->read(query_of(stream, until), [this, id = stream.id, after = stream.cursor](Result<store::Page> page) {
    reactor_.post([this, id, after, page = std::move(page)] { finish_read(id, after, page); });
  });
}

void Shard::finish_read(const ConnectionId& id, store::Position after, const Result<store::Page>& page) {
  --reads_;
  Subscriber* stream = connections_.find(id);
  // One that was blocked meanwhile by a ping asks again later.
  if (stream != nullptr && stream->state == StreamState::reading) {
    take_news();
    timeline_.raise_floor(context_.floor.load(std::memory_order_acquire));
    // The store itself may have raised its floor a moment before it tells of it.
    if (page && page->began_at > after) timeline_.raise_floor(page->began_at);
    if (!page && page.error().code == ErrorCode::overloaded) {
      if (!read_again_.armed()) reactor_.timers().arm(read_again_, reactor_.now() + read_pause);
      wait_to_read(*stream);
    } else if (!page) {
      context_.metrics.log_read_failures.add();
      observe::log(observe::Level::error, "stream_read_failed", {{"detail", page.error().detail}});
      say_bye(*stream, Bye::store_damaged);
    } else if (timeline_.floor() > after) {
      // Retention passed the cursor meanwhile, and the page may begin after what it took: `serve` tells of the gap.
      make_ready(*stream);
    } else {
      write_page(*stream, *page);
    }
  }
  start_reads();
}

void Shard::write_page(Subscriber& stream, const store::Page& page) {
  const http::Framing framing = stream.response->framing();
  std::string bytes;
  std::vector<std::size_t> ends;
  for (const store::RecordPtr& record : page.records) {
    const std::string id = timeline_.cursor({record->position, stream.epoch});
    bytes.append(Encoded(encode_event(record->event, stream.form, id)).bytes(framing));
    ends.push_back(bytes.size());
  }
  std::size_t taken = 0;
  if (!bytes.empty()) {
    const iovec whole{bytes.data(), bytes.size()};
    taken = stream.response->write({&whole, 1});
    ++writes_;
  }
  std::size_t written = 0;
  while (written < ends.size() && ends[written] <= taken) ++written;
  stream.events += written;
  delivered_ += written;
  if (written == ends.size()) {
    stream.cursor = std::max(stream.cursor, page.read_to);
    return make_ready(stream);
  }
  // What was not written is read again, but for the rest of the record that the write ended in.
  const store::Position next = page.records[written]->position;
  stream.cursor = next - 1;
  const std::size_t begun = written == 0 ? 0 : ends[written - 1];
  if (taken == begun) return block(stream, nullptr, {}, next);
  auto rest = std::make_shared<const std::string>(bytes, taken, ends[written] - taken);
  block(stream, rest, *rest, next);
}

}  // namespace tidings::events
