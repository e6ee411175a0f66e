// The request-target's forms (RFC 9112 §3.2): where in this server a request goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "errors/error.hpp"

namespace tidings::http {

struct Target {
  std::string path;                      // percent-decoded; starts with "/", or is "*" for `OPTIONS *`
  std::string query;                     // after "?", as sent
  std::optional<std::string> authority;  // of an absolute-form: it stands above Host (RFC 9112 §3.2.2)
};

// origin-form; absolute-form of an http URL; asterisk-form for OPTIONS. Everything else, CONNECT included, is
// `request_malformed`. `text` is visible ASCII already.
[[nodiscard]] Result<Target> parse_target(std::string_view method, std::string_view text);

}  // namespace tidings::http
