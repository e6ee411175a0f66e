// A request's head, as strict parsing leaves it (SPEC §7): what can't be understood one way only never gets here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "http/fields.hpp"
#include "net/address.hpp"

namespace tidings::http {

struct Request {
  std::string method;
  std::string path;       // percent-decoded once; starts with "/"; holds no NUL
  std::string query;      // after "?", as sent (query.hpp decodes it); may hold credentials: never log it
  int minor_version = 1;  // HTTP/1.0 or HTTP/1.1; a later version of the protocol counts as 1
  Fields fields;
  net::IpAddress peer;    // who is at the other end of the socket
  bool has_body = false;  // a Content-Length above 0 or a transfer coding
  std::optional<std::size_t> content_length;
};

}  // namespace tidings::http
