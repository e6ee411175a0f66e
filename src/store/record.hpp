// What the log holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/clock.hpp"
#include "store/cursor.hpp"

namespace tidings::store {

// Who an event is for: the union of users and channels, or everyone.
struct Recipients {
  std::vector<std::string> users;
  std::vector<std::string> channels;
  [[nodiscard]] bool everyone() const { return users.empty() && channels.empty(); }
};

// What its readers see of an event. Valid as long as what it is of.
struct EventText {
  std::string_view type;
  std::string_view payload;
  bool text = false;
};

// An event as published: already validated.
struct Event {
  std::string type;
  std::string payload;  // compact JSON, or text as it is
  bool text = false;
  Recipients recipients;
  std::string key;  // idempotency key; empty for none
  [[nodiscard]] EventText shown() const { return {type, payload, text}; }
};

struct Record {
  Position position = 0;
  WallTime time;  // never earlier than its predecessor's
  Event event;
};

using RecordPtr = std::shared_ptr<const Record>;

}  // namespace tidings::store
