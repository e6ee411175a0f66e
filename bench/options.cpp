#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tidings::bench {
namespace {

[[noreturn]] void refuse(std::string_view argument) {
  std::fprintf(stderr, "sse_load: can't read %.*s\n", static_cast<int>(argument.size()), argument.data());
  std::exit(2);
}

template <typename Number>
void read_number(std::string_view argument, std::string_view value, Number& into) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), into);
  if (error != std::errc{} || end != value.data() + value.size()) refuse(argument);
}

}  // namespace

Options parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string_view::npos) refuse(argument);
    const std::string_view name = argument.substr(2, equals - 2);
    const std::string_view value = argument.substr(equals + 1);
    if (name == "mode" && (value == "memory" || value == "broadcast")) {
      options.mode = value == "memory" ? Mode::memory : Mode::broadcast;
    } else if (name == "port") {
      read_number(argument, value, options.port);
    } else if (name == "pid") {
      read_number(argument, value, options.pid);
    } else if (name == "secret") {
      options.secret = value;
    } else if (name == "publish-key") {
      options.publish_key = value;
    } else if (name == "streams") {
      read_number(argument, value, options.streams);
    } else if (name == "more-streams") {
      read_number(argument, value, options.more_streams);
    } else if (name == "rate") {
      read_number(argument, value, options.rate);
    } else if (name == "seconds") {
      read_number(argument, value, options.seconds);
    } else if (name == "data-bytes") {
      read_number(argument, value, options.data_bytes);
    } else {
      refuse(argument);
    }
  }
  return options;
}

}  // namespace tidings::bench
