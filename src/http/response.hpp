// A complete response, and the problem documents that errors become (RFC 9457).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "errors/error.hpp"
#include "http/fields.hpp"

namespace tidings::http {

struct Response {
  int status = 200;
  Fields fields;  // Content-Length, Date and Connection are the server's
  std::string body;
  std::string_view code = "ok";  // the error's, from the catalogue; for the log and not sent

  Response& set(std::string_view name, std::string_view value) {
    constexpr std::size_t usual_bytes = 128;
    if (fields.size() == 0) fields.reserve(usual_bytes);
    fields.add(name, value);
    return *this;
  }
};

[[nodiscard]] Response json_response(int status, std::string body);

// `application/problem+json` with type, title, status, detail and code; `WWW-Authenticate: Bearer error="…"` on every
// 401; `Retry-After` where the error has one; `Cache-Control: no-store`.
[[nodiscard]] Response problem_response(const Error& error);

// The problem document alone, one line of JSON without newline.
[[nodiscard]] std::string problem_json(const Error& error);

[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace tidings::http
