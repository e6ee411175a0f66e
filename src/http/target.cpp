#include "http/target.hpp"

#include <algorithm>

#include "http/authority.hpp"
#include "http/request.hpp"
#include "platform/percent.hpp"

namespace tidings::http {

Result<Target> parse_target(std::string_view method, std::string_view text) {
  if (method == "CONNECT") return fail(ErrorCode::request_malformed, "CONNECT is not served here");
  if (text == "*") {
    if (method != "OPTIONS") return fail(ErrorCode::request_malformed, "Only OPTIONS may have * as its target");
    return Target{"*", {}, {}};
  }
  if (text.find('#') != std::string_view::npos) {
    return fail(ErrorCode::request_malformed, "The target holds a fragment");
  }

  Target target;
  constexpr std::string_view scheme = "http://";
  if (text.size() > scheme.size() && equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    text.remove_prefix(scheme.size());
    const auto end = std::min(text.find_first_of("/?"), text.size());
    target.authority = std::string(text.substr(0, end));
    if (!valid_authority(*target.authority)) {
      return fail(ErrorCode::request_malformed, "The target's authority is malformed");
    }
    text.remove_prefix(end);
  } else if (!text.starts_with('/')) {
    return fail(ErrorCode::request_malformed, "The target is neither a path nor an http URL");
  }

  const auto question = std::min(text.find('?'), text.size());
  auto path = percent_decode(text.substr(0, question));
  if (!path) return fail(ErrorCode::request_malformed, "The path's percent-encoding is malformed or holds a NUL");
  target.path = path->empty() ? "/" : std::move(*path);
  target.query = std::string(text.substr(std::min(question + 1, text.size())));
  return target;
}

}  // namespace tidings::http
