#include "events/publish_parser.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "events/json_text.hpp"
#include "events/names.hpp"
#include "platform/room.hpp"

namespace tidings::events {
namespace {

// Of a text that data is put together in, from one event to the next.
constexpr std::size_t most_room_kept = 64 * 1024;

tl::unexpected<Error> invalid(std::string detail) { return fail(ErrorCode::event_invalid, std::move(detail)); }

// What a reader's fault means to who published; `too_long` only ever concerns `data`.
tl::unexpected<Error> fault_of(const JsonText& json, const PublishLimits& limits) {
  switch (json.fault()) {
    case JsonText::Fault::surrogate:
      return invalid("an escape \\u stands for half a character (unpaired surrogate)");
    case JsonText::Fault::too_deep:
      return invalid("data is nested more than " + std::to_string(deepest_data) + " levels deep");
    case JsonText::Fault::too_long:
      return fail(ErrorCode::event_too_large, "data is over " + std::to_string(limits.event_bytes) + " bytes");
    default:
      return fail(ErrorCode::body_malformed, "not JSON");
  }
}

// One event, member by member.
class EventReader {
 public:
  EventReader(JsonText& json, const PublishLimits& limits) : json_(json), limits_(limits) {}

  Result<store::Event> read() {
    if (json_.peek() != '{') {
      // What is no JSON at all should be called so, and not an event of the wrong kind.
      std::string ignored;
      if (!json_.compact_value(ignored, deepest_data, limits_.event_bytes)) return fault_of(json_, limits_);
      return invalid("an event is a JSON object");
    }
    bool first = json_.open('{');
    std::string name;
    while (json_.next_member(name, first)) {
      if (auto member = read_member(name); !member) return tl::unexpected(std::move(member).error());
    }
    if (json_.fault() != JsonText::Fault::none) return fault_of(json_, limits_);
    return finish();
  }

 private:
  enum Member : unsigned { type = 1, data = 2, text = 4, users = 8, channels = 16, key = 32 };

  static std::optional<Member> member_of(std::string_view name) {
    if (name == "type") return type;
    if (name == "data") return data;
    if (name == "text") return text;
    if (name == "users") return users;
    if (name == "channels") return channels;
    if (name == "key") return key;
    return std::nullopt;
  }

  Result<void> read_member(const std::string& name) {
    const auto member = member_of(name);
    if (!member) {
      const bool plain = valid_label_name(name);
      return invalid("an event has no member " + (plain ? "\"" + name + "\"" : std::string("of that name")));
    }
    if ((seen_ & *member) != 0) return invalid("\"" + name + "\" stands twice");
    seen_ |= *member;
    switch (*member) {
      case type:
        return read_string(name, event_.type);
      case key:
        return read_string(name, event_.key);
      case text:
        event_.text = true;
        return read_string(name, event_.payload);
      case users:
        return read_list(name, event_.recipients.users);
      case channels:
        return read_list(name, event_.recipients.channels);
      case data:
        break;
    }
    // Text and data share the payload's place: where both stand the event is refused in the end.
    thread_local std::string compact;
    compact.clear();
    const bool read = json_.compact_value(compact, deepest_data, limits_.event_bytes);
    if (read) event_.payload = std::string_view(compact);  // and no larger than it need be, since it is kept
    if (compact.capacity() > most_room_kept) empty_and_free(compact);
    if (!read) return fault_of(json_, limits_);
    return {};
  }

  Result<void> read_string(const std::string& name, std::string& into) {
    if (json_.peek() != '"') return not_a(name, "a string");
    if (!json_.string(into)) return fault_of(json_, limits_);
    return {};
  }

  Result<void> read_list(const std::string& name, std::vector<std::string>& into) {
    if (json_.peek() != '[') return not_a(name, "a list of strings");
    bool first = json_.open('[');
    while (json_.next_element(first)) {
      std::string recipient;
      if (auto string = read_string(name, recipient); !string) return string;
      const bool valid = name == "users" ? valid_user(recipient) : valid_channel(recipient);
      if (!valid) return invalid("\"" + name + "\" holds what is no name for one");
      into.push_back(std::move(recipient));
    }
    if (json_.fault() != JsonText::Fault::none) return fault_of(json_, limits_);
    if (into.empty()) return invalid("\"" + name + "\" is empty: leave it out to address everyone");
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
    return {};
  }

  Result<void> not_a(const std::string& name, std::string_view kind) {
    std::string ignored;
    if (!json_.compact_value(ignored, deepest_data, limits_.event_bytes)) return fault_of(json_, limits_);
    return invalid("\"" + name + "\" must be " + std::string(kind));
  }

  Result<store::Event> finish() {
    const auto has = [&](Member member) { return (seen_ & member) != 0; };
    if (!has(type)) return invalid("\"type\" is missing");
    if (!valid_type(event_.type)) return invalid("\"type\" is no name for a type");
    if (reserved_type(event_.type)) return invalid("\"type\" is one that only the hub itself may send");
    if (has(data) == has(text)) return invalid("an event holds either \"data\" or \"text\"");
    if (event_.payload.size() > limits_.event_bytes) {
      return fail(ErrorCode::event_too_large, "text is over " + std::to_string(limits_.event_bytes) + " bytes");
    }
    if (has(key) && (event_.key.empty() || event_.key.size() > longest_key)) {
      return invalid("\"key\" must have 1 to " + std::to_string(longest_key) + " bytes");
    }
    if (event_.recipients.users.size() + event_.recipients.channels.size() > most_recipients) {
      return invalid("more than " + std::to_string(most_recipients) + " recipients");
    }
    return std::move(event_);
  }

  JsonText& json_;
  const PublishLimits& limits_;
  store::Event event_;
  unsigned seen_ = 0;
};

Result<void> check_utf8(std::string_view json) {
  if (simdjson::validate_utf8(json.data(), json.size())) return {};
  return fail(ErrorCode::body_malformed, "not UTF-8");
}

}  // namespace

Result<store::Event> parse_event(std::string_view json, const PublishLimits& limits) {
  if (auto utf8 = check_utf8(json); !utf8) return tl::unexpected(std::move(utf8).error());
  JsonText reader(json);
  auto event = EventReader(reader, limits).read();
  if (event && !reader.at_end()) return fault_of(reader, limits);
  return event;
}

Result<std::vector<store::Event>> parse_body(std::string_view json, const PublishLimits& limits) {
  if (auto utf8 = check_utf8(json); !utf8) return tl::unexpected(std::move(utf8).error());
  JsonText reader(json);
  std::vector<store::Event> events;
  if (reader.peek() == '{') {
    auto event = EventReader(reader, limits).read();
    if (!event) return tl::unexpected(std::move(event).error());
    events.push_back(*std::move(event));
  } else if (reader.peek() == '[') {
    bool first = reader.open('[');
    while (reader.next_element(first)) {
      auto event = EventReader(reader, limits).read();
      if (!event) {
        Error error = std::move(event).error();
        error.detail = "event " + std::to_string(events.size()) + ": " + error.detail;
        return tl::unexpected(std::move(error));
      }
      events.push_back(*std::move(event));
    }
  } else {
    std::string ignored;
    if (!reader.compact_value(ignored, deepest_data, json.size())) return fault_of(reader, limits);
    return fail(ErrorCode::body_invalid, "neither an event nor an array of events");
  }
  if (!reader.at_end()) return fault_of(reader, limits);
  if (events.empty()) return fail(ErrorCode::body_invalid, "an empty array");
  return events;
}

}  // namespace tidings::events
