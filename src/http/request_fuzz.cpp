// Whatever this room accepts as a request must be understood in the same way by others, wherever the bytes were cut on
// their way: by Boost.Beast's own parser, which is given everything in one piece, and by a reference that does no more
// than split lines. Where they disagree, one of them can be smuggled past.
#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_decoder.hpp"
#include "http/head.hpp"
#include "http/head_scanner.hpp"

namespace {

using namespace tidings::http;

struct Understood {
  Head head;
  std::string body;
  std::size_t size = 0;  // of the whole message
};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

// Our reading, of bytes that come in pieces of 1 … `most` bytes as `seed` says. Nothing where refused or not whole.
std::optional<Understood> ours(std::string_view bytes, std::uint32_t seed, std::size_t most) {
  const auto next_piece = [&](std::size_t left) {
    seed = seed * 1664525U + 1013904223U;
    return std::min<std::size_t>(left, 1 + (seed >> 8) % most);
  };
  HeadScanner scanner(4096, 32);
  std::size_t received = 0;
  std::size_t head_size = 0;
  while (head_size == 0) {
    if (received == bytes.size()) return std::nullopt;
    received += next_piece(bytes.size() - received);
    const auto size = scanner.scan(bytes.substr(0, received));
    if (!size) return std::nullopt;
    head_size = *size;
  }
  auto head = parse_head(bytes.substr(scanner.leading(), head_size - scanner.leading()));
  if (!head) return std::nullopt;
  Understood understood{std::move(*head), {}, head_size};
  BodyDecoder decoder(understood.head);
  while (!decoder.complete()) {
    const auto left = bytes.substr(understood.size);
    if (left.empty()) return std::nullopt;
    const auto piece = decoder.decode(left.substr(0, next_piece(left.size())));
    if (!piece) return std::nullopt;
    require(piece->consumed > 0, "the decoder stands still");
    understood.size += piece->consumed;
    understood.body.append(piece->payload);
  }
  return understood;
}

void compare_with_beast(const Understood& understood, std::string_view bytes) {
  namespace beast = boost::beast;
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  beast::http::request_parser<beast::http::string_body> parser;
  parser.eager(true);
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  beast::error_code error;
  std::size_t size = 0;
  while (!parser.is_done()) {
    const std::size_t parsed = parser.put(boost::asio::buffer(bytes.data() + size, bytes.size() - size), error);
    size += parsed;
    require(!error, "Beast refuses what was accepted");
    require(parsed > 0 || parser.is_done(), "Beast waits for more than was accepted");
  }
  const auto& message = parser.get();
  const Request& request = understood.head.request;
  require(size == bytes.size(), "Beast finds another end of the message");
  require(message.body() == understood.body, "Beast finds another body");
  require(std::string_view(message.method_string().data(), message.method_string().size()) == request.method,
          "Beast finds another method");
  require(message.version() == 10U + static_cast<unsigned>(request.minor_version), "Beast finds another version");
  require(parser.chunked() == (understood.head.body == Head::Body::chunked), "Beast finds another coding");
  const auto lines = static_cast<std::size_t>(std::distance(message.begin(), message.end()));
  // Beast puts trailers among the fields, and an absolute target may have added a Host.
  if (understood.head.body != Head::Body::chunked && !message.target().starts_with("h") &&
      !message.target().starts_with("H")) {
    require(lines == request.fields.size(), "Beast finds other fields");
  }
}

// The strictness that SPEC §7 asks for, checked without any of our code's help.
void check_strictness(const Understood& understood, std::string_view bytes) {
  const std::string_view head = bytes.substr(0, bytes.find("\r\n\r\n", 2) + 4);
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto c = static_cast<unsigned char>(head[i]);
    if (c == '\n') require(i > 0 && head[i - 1] == '\r', "a bare LF was accepted");
    if (c == '\r') require(i + 1 < head.size() && head[i + 1] == '\n', "a bare CR was accepted");
    require(c >= 0x20 || c == '\t' || c == '\r' || c == '\n', "a control byte was accepted");
  }
  require(head.find("\r\n ") == std::string_view::npos && head.find("\r\n\t") == std::string_view::npos,
          "a folded line was accepted");
  const Fields& fields = understood.head.request.fields;
  require(fields.count("Host") <= 1 && (fields.count("Host") == 1 || understood.head.request.minor_version == 0),
          "a request without one Host was accepted");
  require(fields.count("Content-Length") + fields.count("Transfer-Encoding") <= 1, "two framings were accepted");
  require(understood.head.request.path.starts_with('/') || understood.head.request.path == "*", "a path is none");
  require(understood.head.request.path.find('\0') == std::string::npos, "a path holds a NUL");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  std::uint32_t seed = 0;
  for (int i = 0; i < 4; ++i) seed = seed << 8 | data[i];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto whole = ours(bytes, seed, bytes.size() + 1);
  const auto cut = ours(bytes, seed, 7);
  require(whole.has_value() == cut.has_value(), "it depends on where a request is cut whether it is accepted");
  if (!whole) return 0;
  require(whole->size == cut->size && whole->body == cut->body, "it depends on where a request is cut what it is");
  compare_with_beast(*whole, bytes.substr(0, whole->size));
  check_strictness(*whole, bytes);
  return 0;
}
