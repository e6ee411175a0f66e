#include <utility>

#include "api/json_body.hpp"
#include "api/publish_ndjson.hpp"
#include "api/publish_rights.hpp"
#include "api/resources.hpp"
#include "events/publish_parser.hpp"

namespace tidings::api {
namespace {

void refuse(const Call& call, const Error& error) {
  call.counters().publish_refused(error.code);
  call.refuse(error);
}

void append(const Call& call, std::vector<store::Event> events) {
  call.append(std::move(events), [call](const store::EventLog::Stored& cursors) {
    if (!cursors) return refuse(call, cursors.error());
    call.counters().published(cursors->size());
    call.respond(json_text(200, ids_json(*cursors)));
  });
}

// All or none: the first event that may not be published stops all.
Result<std::vector<store::Event>> acceptable(const Call& call, const Publisher& publisher, std::string_view body) {
  auto events = events::parse_body(body, {.event_bytes = call.services().settings.event_bytes.load()});
  if (!events) return events;
  for (std::size_t i = 0; i < events->size(); ++i) {
    if (auto good = may_publish(publisher, (*events)[i].recipients); !good) {
      if (events->size() > 1) good.error().detail = "event " + std::to_string(i) + ": " + good.error().detail;
      return tl::unexpected(good.error());
    }
  }
  return events;
}

}  // namespace

// Cursors need no escapes.
std::string ids_json(const std::vector<store::Cursor>& cursors) {
  constexpr std::size_t cursor_room = 40;  // or thereabouts
  std::string text;
  text.reserve(16 + cursors.size() * cursor_room);
  text = R"({"ids":[)";
  for (const store::Cursor& cursor : cursors) {
    text.push_back('"');
    cursor.append_to(text);
    text.append("\",");
  }
  text.back() = ']';
  text.push_back('}');
  return text;
}

void post_events(Call call) {
  const auto publisher = authenticate_publisher(call);
  if (!publisher) return refuse(call, publisher.error());
  if (auto good = may_publish_something(*publisher); !good) return refuse(call, good.error());
  if (has_media_type(call.request(), "application/x-ndjson")) return publish_ndjson(call, *publisher);
  if (!has_media_type(call.request(), "application/json")) {
    return refuse(call, {ErrorCode::content_type_unsupported, "events are application/json or application/x-ndjson"});
  }
  call.exchange()->read_body(call.services().settings.body_bytes,
                             [call, publisher = *publisher](const Result<std::string>& body) {
                               if (!body) return refuse(call, body.error());
                               // It may have been a while since the token or key was looked at.
                               if (auto good = recheck(call.services(), publisher); !good) {
                                 return refuse(call, good.error());
                               }
                               auto events = acceptable(call, publisher, *body);
                               if (!events) return refuse(call, events.error());
                               append(call, std::move(*events));
                             });
}

}  // namespace tidings::api
