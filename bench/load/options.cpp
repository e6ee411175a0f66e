#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

namespace tidings::bench {
namespace {

using Place = std::variant<std::uint16_t*, std::size_t*, double*, std::string*, bool*>;

[[noreturn]] void refuse(std::string_view argument) {
  std::fprintf(stderr, "sse_load: can't read %.*s\n", static_cast<int>(argument.size()), argument.data());
  std::exit(2);
}

bool read_value(std::string_view value, std::string& into) {
  into = value;
  return true;
}

bool read_value(std::string_view value, bool& into) {
  into = value == "1";
  return into || value == "0";
}

template <typename Number>
bool read_value(std::string_view value, Number& into) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), into);
  return error == std::errc{} && end == value.data() + value.size();
}

}  // namespace

Options parse_options(int count, char** arguments) {
  Options options;
  const std::pair<std::string_view, Place> names[] = {
      {"port", &options.port},
      {"pids", &options.pids},
      {"plain", &options.plain},
      {"stream-target", &options.stream_target},
      {"publish-target", &options.publish_target},
      {"publish-port", &options.publish_port},
      {"publish-body", &options.publish_body},
      {"opening", &options.opening},
      {"secret", &options.secret},
      {"publish-key", &options.publish_key},
      {"session", &options.session},
      {"after", &options.after},
      {"user", &options.user},
      {"users", &options.users},
      {"to", &options.to},
      {"streams", &options.streams},
      {"more-streams", &options.more_streams},
      {"publishers", &options.publishers},
      {"rate", &options.rate},
      {"seconds", &options.seconds},
      {"warm-up", &options.warm_up},
      {"events", &options.events},
      {"data-bytes", &options.data_bytes},
  };
  if (count > 1) options.run = arguments[1];
  for (int i = 2; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string_view::npos) refuse(argument);
    const std::string_view value = argument.substr(equals + 1);
    bool read = false;
    for (const auto& [name, place] : names) {
      if (name != argument.substr(2, equals - 2)) continue;
      read = std::visit([&](auto* into) { return read_value(value, *into); }, place);
    }
    if (!read) refuse(argument);
  }
  if (options.publish_port == 0) options.publish_port = options.port;
  return options;
}

}  // namespace tidings::bench
