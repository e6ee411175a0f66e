// What was asked of the program: `tidings serve | check-config | token`, `--version`, `--help` (SPEC §8).
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "auth/tokens.hpp"
#include "hub/given.hpp"

namespace tidings::hub {

struct Command {
  enum class Kind : std::uint8_t { serve, check_config, token };
  Kind kind = Kind::serve;
  Sources sources;
  auth::TokenRequest token;  // for Kind::token; issuer, audience and claim are the configuration's
};

// The program ends here: after --help or --version with status 0, after a command line that means nothing with 2.
struct Exit {
  int status = 0;
  std::string text;  // complete lines; for standard output where the status is 0, else for standard error
};

// `arguments` without the program's name; `environment` as "NAME=value".
[[nodiscard]] tl::expected<Command, Exit> parse_command_line(const std::vector<std::string>& arguments,
                                                             std::vector<std::string> environment);

}  // namespace tidings::hub
