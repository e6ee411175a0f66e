#include "http/head.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

#include "http/authority.hpp"
#include "http/characters.hpp"
#include "http/target.hpp"

namespace tidings::http {
namespace {

namespace beast = boost::beast;

// Puts what Beast finds straight into a request, without its containers. It is given whole heads and never a body.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  explicit HeadParser(Request& request) : request_(request) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner has counted
    body_limit(boost::none);
  }
  [[nodiscard]] const std::string& target() const { return target_; }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       beast::error_code&) override {
    request_.method.assign(method.data(), method.size());
    target_.assign(target.data(), target.size());
    request_.minor_version = version - 10;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    request_.fields.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(beast::error_code&) override {}
  void on_finish_impl(beast::error_code&) override {}
  // GCOVR_EXCL_START: a head holds neither a response nor a body
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  // GCOVR_EXCL_STOP

  Request& request_;
  std::string target_;
};

auto malformed(const char* detail) { return fail(ErrorCode::request_malformed, detail); }

Result<void> check_host(const Request& request) {
  const auto count = request.fields.count("Host");
  if (count > 1) return malformed("Host is repeated");
  if (count == 0) {
    if (request.minor_version == 0) return {};
    return malformed("Host is missing");
  }
  if (!valid_authority(*request.fields.get("Host"))) return malformed("Host is malformed");
  return {};
}

// An absolute-form's authority is the request's host, whatever Host says (RFC 9112 §3.2.2).
void replace_host(Request& request, const std::string& authority) {
  Fields fields;
  fields.add("Host", authority);
  for (const Field& field : request.fields) {
    if (!equal_ignoring_case(field.name, "Host")) fields.add(field.name, field.value);
  }
  request.fields = std::move(fields);
}

Result<std::size_t> parse_length(std::string_view text) {
  constexpr std::size_t most_digits = 18;  // below 2^63
  if (text.empty() || text.size() > most_digits || !std::all_of(text.begin(), text.end(), is_digit)) {
    return malformed("Content-Length is not a number of bytes");
  }
  std::size_t length = 0;
  for (const char digit : text) length = length * 10 + static_cast<std::size_t>(digit - '0');
  return length;
}

// RFC 9112 §6, without any of the choices that it leaves.
Result<void> read_framing(Head& head) {
  Request& request = head.request;
  const auto lengths = request.fields.count("Content-Length");
  const auto codings = request.fields.count("Transfer-Encoding");
  if (lengths > 1) return malformed("Content-Length is repeated");
  if (lengths == 1 && codings > 0) return malformed("Content-Length stands beside Transfer-Encoding");
  if (codings > 0) {
    if (request.minor_version == 0) return malformed("HTTP/1.0 has no Transfer-Encoding");
    if (codings > 1 || !equal_ignoring_case(*request.fields.get("Transfer-Encoding"), "chunked")) {
      return malformed("Transfer-Encoding is not chunked");
    }
    head.body = Head::Body::chunked;
  } else if (lengths == 1) {
    auto length = parse_length(*request.fields.get("Content-Length"));
    if (!length) return tl::unexpected(length.error());
    request.content_length = *length;
    if (*length > 0) head.body = Head::Body::length;
  }
  request.has_body = head.body != Head::Body::none;
  return {};
}

bool has_connection_option(const Request& request, std::string_view option) {
  for (const Field& field : request.fields) {
    if (!equal_ignoring_case(field.name, "Connection")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      const auto end = std::min(list.find(','), list.size());
      if (equal_ignoring_case(trimmed(list.substr(0, end)), option)) return true;
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
  return false;
}

Head::Expect expectation(const Request& request) {
  if (request.minor_version == 0) return Head::Expect::nothing;  // RFC 9110 §10.1.1
  auto expect = Head::Expect::nothing;
  for (const Field& field : request.fields) {
    if (!equal_ignoring_case(field.name, "Expect")) continue;
    if (!equal_ignoring_case(field.value, "100-continue")) return Head::Expect::unknown;
    expect = Head::Expect::go_ahead;
  }
  return expect;
}

}  // namespace

Result<Head> parse_head(std::string_view text) {
  Head head;
  head.request.fields.reserve(text.size());
  HeadParser parser(head.request);
  beast::error_code error;
  const auto parsed = parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error || parsed != text.size()) return malformed("The head can't be parsed");

  auto target = parse_target(head.request.method, parser.target());
  if (!target) return tl::unexpected(target.error());
  if (auto host = check_host(head.request); !host) return tl::unexpected(host.error());
  if (auto framing = read_framing(head); !framing) return tl::unexpected(framing.error());
  if (target->authority) replace_host(head.request, *target->authority);
  head.request.path = std::move(target->path);
  head.request.query = std::move(target->query);
  head.keep_alive = !has_connection_option(head.request, "close") &&
                    (head.request.minor_version == 1 || has_connection_option(head.request, "keep-alive"));
  head.expect = expectation(head.request);
  return head;
}

Request salvage_head(std::string_view lines) {
  constexpr std::string_view line_end = "\r\n";
  Request request;
  request.path = "/";
  request.method = std::string(lines.substr(0, std::min(lines.find(' '), lines.size())));
  auto end = lines.find(line_end);
  while (end != std::string_view::npos) {
    lines.remove_prefix(end + line_end.size());
    end = lines.find(line_end);
    const auto colon = lines.find(':');
    if (end == std::string_view::npos || colon > end) break;
    request.fields.add(lines.substr(0, colon), trimmed(lines.substr(colon + 1, end - colon - 1)));
  }
  return request;
}

}  // namespace tidings::http
