// What publishing takes, held against simdjson: nothing that simdjson refuses for its grammar is taken, and compact
// data means what was published.
#include <simdjson.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "events/json_text.hpp"
#include "events/publish_parser.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// simdjson holds numbers to what 64 bits take; JSON does not.
bool only_numbers_differ(simdjson::error_code error) { return error == simdjson::NUMBER_ERROR; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const tidings::events::PublishLimits limits{.event_bytes = 4096};
  const auto events = tidings::events::parse_body(text, limits);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  const auto error = parser.parse(text).get(document);
  if (events) {
    require(!error || only_numbers_differ(error));
    for (const auto& event : *events) {
      require(event.payload.size() <= limits.event_bytes);
      if (event.text) continue;
      // Compact already: reading it again changes nothing.
      tidings::events::JsonText again(event.payload);
      std::string compact;
      require(again.compact_value(compact, tidings::events::deepest_data, limits.event_bytes) && again.at_end());
      require(compact == event.payload);
      simdjson::dom::parser data_parser;
      simdjson::dom::element data;
      const auto data_error = data_parser.parse(event.payload).get(data);
      require(!data_error || only_numbers_differ(data_error));
    }
  } else if (events.error().code == tidings::ErrorCode::body_malformed) {
    require(error != simdjson::SUCCESS);
  }
  return 0;
}
