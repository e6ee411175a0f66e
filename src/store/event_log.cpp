#include "store/event_log.hpp"

#include <utility>

namespace tidings::store {

void EventLog::append(std::vector<Event> events, Appended done) {
  std::vector<std::vector<Event>> one;
  one.push_back(std::move(events));
  append_all(std::move(one), [done = std::move(done)](std::vector<Stored> stored) { done(std::move(stored.front())); });
}

void EventLog::read(ReadQuery query, std::function<void(Result<Page>)> done) {
  std::vector<Read> one;
  one.push_back({std::move(query), std::move(done)});
  read(std::move(one));
}

tl::unexpected<Error> cannot_store() {
  return fail(ErrorCode::store_unavailable, "The hub can't store events at the moment; these may be sent again.",
              Seconds{1});
}

tl::unexpected<Error> too_many_readers() {
  return fail(ErrorCode::overloaded, "Too many streams are reading the log.", Seconds{1});
}

}  // namespace tidings::store
