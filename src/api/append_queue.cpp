#include "api/append_queue.hpp"

#include <utility>

namespace tidings::api {

void AppendQueue::append(net::Reactor& reactor, std::vector<store::Event> events, Done done) {
  if (requests_.empty()) {
    reactor_ = &reactor;
    reactor.defer([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) flush();
    });
  }
  for (const store::Event& event : events) bytes_ += event.payload.size();
  requests_.push_back(std::move(events));
  done_.push_back(std::move(done));
  if (requests_.size() >= most_requests || bytes_ >= most_bytes) flush();
}

void AppendQueue::flush() {
  if (requests_.empty()) return;
  bytes_ = 0;
  log_.append_all(std::exchange(requests_, {}), [reactor = reactor_, alive = std::weak_ptr<bool>(alive_),
                                                 waiting = std::make_shared<std::vector<Done>>(std::exchange(
                                                     done_, {}))](std::vector<store::EventLog::Stored> stored) {
    reactor->post([alive, waiting, stored = std::move(stored)] {
      for (std::size_t i = 0; i < stored.size() && !alive.expired(); ++i) (*waiting)[i](stored[i]);
      waiting->clear();  // on the shard's own thread: they hold what belongs to it
    });
  });
}

}  // namespace tidings::api
