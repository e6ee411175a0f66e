// A request's head from bytes to meaning: the strict checks that need whole fields (Host, Content-Length,
// Transfer-Encoding, Expect, the target), on top of what the scanner has refused already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "errors/error.hpp"
#include "http/request.hpp"

namespace tidings::http {

struct Head {
  Request request;
  enum class Body : std::uint8_t { none, length, chunked };
  Body body = Body::none;   // `length`: request.content_length bytes
  bool keep_alive = false;  // the client would go on using the connection
  enum class Expect : std::uint8_t { nothing, go_ahead, unknown };
  Expect expect = Expect::nothing;  // `go_ahead`: 100-continue (RFC 9110 §10.1.1)
};

// `head` is what `HeadScanner` has found whole, without a leading empty line. `request_malformed`.
[[nodiscard]] Result<Head> parse_head(std::string_view head);

// What can be told of a request that was refused: the fields of its whole lines, so that its answer can carry what
// depends on them (CORS). `lines` are well-formed lines, the request line first, or nothing.
[[nodiscard]] Request salvage_head(std::string_view lines);

}  // namespace tidings::http
