#include "answer.hpp"

#include <strings.h>

#include <charconv>
#include <cstdint>

#include "give_up.hpp"

namespace tidings::bench {
namespace {

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  for (std::size_t at = head.find("\r\n"); at + name.size() < head.size(); at = head.find("\r\n", at + 2)) {
    if (::strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    std::string_view value = head.substr(at + name.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    return length;
  }
  give_up("an answer has no Content-Length");
}

}  // namespace

std::optional<Answer> first_answer(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  Answer answer;
  if (text.starts_with("HTTP/1.1 ")) std::from_chars(text.data() + 9, text.data() + end, answer.status);
  const std::size_t body = content_length(text.substr(0, end));
  answer.length = end + 4 + body;
  if (text.size() < answer.length) return std::nullopt;
  answer.body = text.substr(end + 4, body);
  return answer;
}

}  // namespace tidings::bench
