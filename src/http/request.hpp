// A request's head, as strict parsing leaves it (SPEC §7): what can't be understood one way only never gets here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hpp"

namespace tidings::http {

struct Field {
  std::string name;   // as sent; compare without regard to case
  std::string value;  // without the white space around it
};

class Fields {
 public:
  void add(std::string name, std::string value) {
    if (fields_.empty()) fields_.reserve(usual);
    fields_.push_back({std::move(name), std::move(value)});
  }
  // The first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  static constexpr std::size_t usual = 8;
  std::vector<Field> fields_;
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

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
