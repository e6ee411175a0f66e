// Streams that are too far behind for the ring: pages of the log, a bounded number under way at a time, for the groups
// that want them in the order that these came. So many who return at once take turns, and none holds a page by itself.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "events/shard.hpp"
#include "observe/log.hpp"

namespace tidings::events {

void Shard::wait_to_read(Subscriber& stream) {
  ReadGroup& group = groups_.of(stream);
  join(stream, group);
  if (group.step == ReadGroup::Step::idle) groups_.queue(group);
  start_reads();
}

void Shard::join(Subscriber& stream, ReadGroup& group) {
  stream.state = StreamState::waiting;
  stream.set(Subscriber::waits_to_read);
  group.members.push(stream);
}

// The next one that still waits. One that was blocked meanwhile comes back once it can be written to.
Subscriber* Shard::take_waiting(SubscriberQueue& members) {
  while (Subscriber* stream = members.pop()) {
    stream->clear(Subscriber::waits_to_read);
    if (stream->state == StreamState::waiting) return stream;
    if (stream->state == StreamState::dead) free_later(*stream);
  }
  return nullptr;
}

// Once all pages that came were offered to those who wait for them: what is asked for together is read together.
void Shard::start_reads() {
  if (reads_ > 0 || read_again_.armed()) return;
  std::vector<store::Read> reads;
  while (reads.size() < most_reads) {
    ReadGroup* group = groups_.begin_read();
    if (group == nullptr) break;
    auto query = next_query(*group);
    if (!query) continue;
    auto done = answer_to(*group, query->after);
    reads.push_back({*std::move(query), std::move(done)});
  }
  if (reads.empty()) return;
  reads_ = reads.size();
  context_.metrics.log_reads.add(reads_);
  context_.log->read(std::move(reads));
}

// Reads on from the member that is furthest behind. Nothing where none is left.
std::optional<store::ReadQuery> Shard::next_query(ReadGroup& group) {
  auto after = std::numeric_limits<store::Position>::max();
  SubscriberQueue members = std::exchange(group.members, {});
  while (Subscriber* stream = take_waiting(members)) {
    after = std::min(after, stream->cursor);
    join(*stream, group);
  }
  if (!group.members.empty()) {
    return group.wish.query(after, timeline_.end(group.wish.epoch).value_or(ring_.head()));
  }
  groups_.forget(group);
  return std::nullopt;
}

// Comes on another thread. Streams may be gone by then; the group is not.
std::function<void(Result<store::Page>)> Shard::answer_to(ReadGroup& group, store::Position after) {
  return [this, &group, after](Result<store::Page> page) {
    reactor_.post(
        [this, &group, after, page = std::move(page)]() mutable { finish_read(group, after, std::move(page)); });
  };
}

void Shard::finish_read(ReadGroup& group, store::Position after, Result<store::Page> page) {
  take_news();
  timeline_.raise_floor(context_.floor.load(std::memory_order_acquire));
  if (page) {
    // The store itself may have raised its floor a moment before it tells of it.
    if (page->began_at > after) timeline_.raise_floor(page->began_at);
    groups_.serve(group, *std::move(page));
    return reactor_.schedule(*this);
  }
  --reads_;
  if (page.error().code == ErrorCode::overloaded) {
    if (!read_again_.armed()) reactor_.timers().arm(read_again_, reactor_.now() + read_pause);
    groups_.queue(group);
  } else {
    context_.metrics.log_read_failures.add();
    observe::log(observe::Level::error, "stream_read_failed", {{"detail", page.error().detail}});
    while (Subscriber* stream = take_waiting(group.members)) say_bye(*stream, Bye::store_damaged);
    groups_.forget(group);
  }
  start_reads();
}

// Offers pages to so many members.
void Shard::serve_pages(std::size_t most) {
  while (ReadGroup* group = groups_.serving()) {
    Subscriber* stream = take_waiting(group->to_serve);
    if (stream == nullptr) {
      groups_.served();
      --reads_;
      start_reads();
      continue;
    }
    if (stream->cursor < timeline_.floor()) {
      // Retention passed the cursor meanwhile, and the page may begin after what it took: `serve` tells of the gap.
      make_ready(*stream);
    } else if (group->page->continues(stream->cursor)) {
      write_page(*stream, *group->page);
    } else {
      join(*stream, *group);
    }
    if (--most == 0) return;
  }
}

void Shard::write_page(Subscriber& stream, ReadPage& page) {
  const ReadPage::Frames& frames = page.frames(stream.form, stream.response->framing(), timeline_);
  const std::size_t first = page.passed(stream.cursor);
  std::size_t written = first;
  std::size_t reached = first == 0 ? 0 : frames.ends[first - 1];  // in the page's bytes
  const std::string_view bytes = std::string_view(frames.bytes).substr(reached);
  if (!bytes.empty()) {
    // writev(2) takes what it only reads without const.
    const iovec whole{const_cast<char*>(bytes.data()), bytes.size()};
    reached += stream.response->write({&whole, 1});
    ++writes_;
  }
  while (written < frames.ends.size() && frames.ends[written] <= reached) ++written;
  stream.count_events(written - first);
  delivered_ += written - first;
  if (written == frames.ends.size()) {
    stream.cursor = page.read_to();
    return serve(stream);
  }
  // What was not written is read again, but for the rest of the record that the write ended in.
  const store::Position next = page.position(written);
  stream.cursor = next - 1;
  const std::size_t begun = written == 0 ? 0 : frames.ends[written - 1];
  if (reached == begun) return block(stream, nullptr, {}, next);
  auto rest = std::make_shared<const std::string>(frames.bytes, reached, frames.ends[written] - reached);
  block(stream, rest, *rest, next);
}

}  // namespace tidings::events
