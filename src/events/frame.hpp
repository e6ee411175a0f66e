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

enum class Form : std::uint8_t { plain, envelope };

// Immutable bytes: "<hex size>\r\n<event>\r\n", of which `event()` is the middle.
class Encoded {
 public:
  // Wraps an event's bytes.
  explicit Encoded(std::string_view event);
  // An application's event in one of its forms; `id` is its cursor.
  Encoded(const store::EventText& event, Form form, std::string_view id);
  [[nodiscard]] std::string_view bytes(http::Framing framing) const {
    const std::string_view all = bytes_;
    return framing == http::Framing::chunked ? all.substr(header_) : all.substr(header_room, length_);
  }
  [[nodiscard]] std::string_view event() const { return bytes(http::Framing::identity); }
  // Of its memory, in bytes.
  [[nodiscard]] std::size_t capacity() const { return bytes_.capacity(); }

 private:
  // The header is written when the event's size is known, and ends where the event begins.
  static constexpr std::size_t header_room = 10;  // eight digits, CR, LF

  void begin(std::size_t expected);
  void finish();

  std::string bytes_;
  std::uint32_t header_ = 0;  // where it begins
  std::uint32_t length_ = 0;
};
using EncodedPtr = std::shared_ptr<const Encoded>;

// The text of one event; no field for a type or id that is empty. `data` may hold any line ends (CR, LF, CRLF): each of
// its lines becomes a `data:` field. Type and id must hold no CR, LF or NUL (asserted).
[[nodiscard]] std::string encode_event(std::string_view type, std::string_view id, std::string_view data);

}  // namespace tidings::events
