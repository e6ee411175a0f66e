// An event as bytes on the wire (WHATWG HTML §9.2, "Server-sent events"), encoded once for all its readers. The chunk
// header stands before the event and its CRLF after, so that one buffer serves both framings.
#pragma once

#include <sys/uio.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "store/record.hpp"

namespace tidings::events {

// Immutable bytes. `whole()` is "<hex size>\r\n<event>\r\n"; `event()` its middle.
class Encoded {
 public:
  // Wraps an event's bytes.
  explicit Encoded(std::string_view event);
  [[nodiscard]] std::string_view bytes(http::Framing framing) const {
    return framing == http::Framing::chunked ? std::string_view(bytes_)
                                             : std::string_view(bytes_).substr(start_, length_);
  }
  [[nodiscard]] std::string_view event() const { return bytes(http::Framing::identity); }

 private:
  std::string bytes_;
  std::uint32_t start_ = 0;
  std::uint32_t length_ = 0;
};
using EncodedPtr = std::shared_ptr<const Encoded>;

enum class Form : std::uint8_t { plain, envelope };

// The text of one event; no field for a type or id that is empty. `data` may hold any line ends (CR, LF, CRLF): each of
// its lines becomes a `data:` field. Type and id must hold no CR, LF or NUL (asserted).
[[nodiscard]] std::string encode_event(std::string_view type, std::string_view id, std::string_view data);

// An application's event in one of its forms; `id` is its cursor.
[[nodiscard]] std::string encode_event(const store::EventText& event, Form form, std::string_view id);

}  // namespace tidings::events
