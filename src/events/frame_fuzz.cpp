// What is encoded is read back by a reader that shares nothing with the encoder, in both framings.
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/frame.hpp"
#include "events/testing/event_stream_parser.hpp"

namespace {

using tidings::events::Encoded;
namespace testing = tidings::events::testing;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string with_line_feeds(std::string_view text) {
  std::string read;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!pair) read += text[i] == '\r' ? '\n' : text[i];
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view data(reinterpret_cast<const char*>(bytes), size);
  const Encoded encoded(tidings::events::encode_event("app.event", "0123-4", data));
  const auto read = testing::read_event_stream(encoded.event());
  require(read.events.size() == 1 && read.incomplete.empty());
  require(read.events[0] == testing::ReadEvent{"app.event", "0123-4", with_line_feeds(data)});
  require(testing::without_chunks(encoded.bytes(tidings::http::Framing::chunked)) == std::string(encoded.event()));
  const tidings::store::Event text{"app", std::string(data), true, {}, {}};
  const auto wrapped =
      testing::read_event_stream(Encoded(text.shown(), tidings::events::Form::envelope, "0123-5").event());
  require(wrapped.events.size() == 1 && wrapped.events[0].data.find('\n') == std::string::npos);
  return 0;
}
