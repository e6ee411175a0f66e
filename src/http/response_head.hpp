// A response's head as bytes (RFC 9112 §4), with the fields that are the server's own: Date, Connection and the body's
// framing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/response.hpp"
#include "platform/clock.hpp"

namespace tidings::http {

// How a response's end is known (RFC 9112 §6.3).
enum class BodyEnd : std::uint8_t {
  length,   // Content-Length; left out where the status has no body
  chunked,  // Transfer-Encoding
  close,    // the connection's end
  unsaid,   // there is no body, and its length would be another response's
};

struct HeadOptions {
  BodyEnd end = BodyEnd::length;
  std::size_t length = 0;   // of the body, for `BodyEnd::length`
  bool keep_alive = true;   // otherwise `Connection: close`
  int minor_version = 1;    // the request's: HTTP/1.0 is told where its connection stays open
  std::string_view date{};  // as `HttpDate` says it
};

// Fields whose name or value could break the head are left out: no response may be split by what it was made of.
void append_head(std::string& head, const Response& response, const HeadOptions& options);

// The calendar time as Date says it (RFC 9110 §5.6.7), written once a second.
class HttpDate {
 public:
  [[nodiscard]] std::string_view at(WallTime now);

 private:
  Seconds second_{-1};
  std::string text_;
};

}  // namespace tidings::http
