#include "events/shard.hpp"

#include <algorithm>
#include <utility>

namespace tidings::events {
namespace {

// Travels with a wake-up: where it is dropped unrun the reactor has stopped, and the log must not wait for its shard.
class WakeUp {
 public:
  explicit WakeUp(std::shared_ptr<ShardQueue> queue) : queue_(std::move(queue)) {}
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;
  ~WakeUp() {
    if (!ran_) queue_->close();
  }
  void ran() { ran_ = true; }

 private:
  std::shared_ptr<ShardQueue> queue_;
  bool ran_ = false;
};

}  // namespace

Shard::Shard(std::uint8_t number, net::Reactor& reactor, ShardContext& context)
    : number_(number), reactor_(reactor), context_(context) {}

Shard::~Shard() {
  reactor_.unschedule(*this);
  queue_->close();
  connections_.for_each([this](Subscriber& stream) {
    context_.quota->give_back(stream.user(), stream.address);
    context_.metrics.open.add(-1);
    if (!stream.has(Subscriber::linked)) dead_.push_back(&stream);
  });
  while (Subscriber* stream = ready_.pop()) dead_.push_back(stream);
  while (Subscriber* stream = behind_.pop()) dead_.push_back(stream);
  groups_.for_each([this](ReadGroup& group) {
    while (Subscriber* stream = group.members.pop()) dead_.push_back(stream);
    while (Subscriber* stream = group.to_serve.pop()) dead_.push_back(stream);
  });
  sweep();
}

void Shard::tell(const ShardNews& news) {
  if (!queue_->push(news) || !queue_->must_wake()) return;
  reactor_.post([this, wake_up = std::make_shared<WakeUp>(queue_)] {
    wake_up->ran();
    queue_->waking();
    // An idle shard sends at once.
    if (run_slice()) reactor_.schedule(*this);
  });
}

bool Shard::run_slice() {
  take_news();
  const bool more_to_dispatch = dispatch(visits_a_slice);
  const std::size_t live = serve_some(ready_, serves_a_slice);
  serve_some(behind_, std::max(serves_a_slice - live, catch_ups_at_least));
  serve_pages(live < serves_a_slice ? pages_a_slice : pages_at_least);
  sweep();
  if (delivered_ != 0) context_.metrics.delivered.add(std::exchange(delivered_, 0));
  if (writes_ != 0) context_.metrics.writes.add(std::exchange(writes_, 0));
  return more_to_dispatch || !ready_.empty() || !behind_.empty() || groups_.serving() != nullptr || !queue_->empty();
}

// Frees what `bury` could not, since its own methods were on the stack.
void Shard::sweep() {
  for (Subscriber* stream : std::exchange(dead_, {})) streams_.destroy(*stream);
}

void Shard::free_later(Subscriber& stream) {
  if (dead_.empty()) reactor_.defer([this] { sweep(); });
  dead_.push_back(&stream);
}

void Shard::bury(Subscriber& stream) {
  if (stream.state == StreamState::dead) return;
  reactor_.timers().cancel(stream);
  context_.quota->give_back(stream.user(), stream.address);
  context_.metrics.open.add(-1);
  connections_.remove(stream);
  index_.remove(stream);
  stream.state = StreamState::dead;
  stream.response = nullptr;
  stream.unwritten.reset();
  stream.names.reset();
  if (!stream.has(Subscriber::linked)) free_later(stream);
  if (drain_ && connections_.size() == 0) drain_on();
}

}  // namespace tidings::events
