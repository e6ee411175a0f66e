// Events, records and queries in few words, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/event_store.hpp"
#include "store/fingerprint.hpp"

namespace tidings::store::testing {

inline Event for_everyone(std::string payload) {
  Event event;
  event.type = "note.created";
  event.payload = std::move(payload);
  return event;
}

inline Event for_users(std::vector<std::string> users, std::string payload = "1") {
  Event event = for_everyone(std::move(payload));
  event.recipients.users = std::move(users);
  return event;
}

inline Event for_channels(std::vector<std::string> channels, std::string payload = "1") {
  Event event = for_everyone(std::move(payload));
  event.recipients.channels = std::move(channels);
  return event;
}

inline Event keyed(std::string key, std::string payload) {
  Event event = for_everyone(std::move(payload));
  event.key = std::move(key);
  return event;
}

inline WallTime at_second(std::int64_t second) { return WallTime{Seconds{second}}; }

inline Append append_at(Position position, Event event, WallTime time = at_second(1)) {
  std::string print = event.key.empty() ? std::string{} : fingerprint(event);
  return {std::make_shared<const Record>(Record{position, time, std::move(event)}), std::move(print)};
}

inline ReadQuery everything_after(Position after, Position until) {
  ReadQuery query;
  query.after = after;
  query.until = until;
  return query;
}

inline std::vector<Position> positions_of(const std::vector<RecordPtr>& records) {
  std::vector<Position> positions;
  for (const RecordPtr& record : records) positions.push_back(record->position);
  return positions;
}
inline std::vector<Position> positions_of(const PageRecords& records) {
  std::vector<Position> positions;
  for (const PageRecord& record : records) positions.push_back(record.position());
  return positions;
}

}  // namespace tidings::store::testing
