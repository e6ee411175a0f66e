// What the program does once it knows what was asked: each returns the status to exit with.
#pragma once

#include "hub/command_line.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"

namespace tidings::hub {

// The status where the configuration can't be used.
constexpr int unusable = 2;

// 0 where it ended in order, 1 where it could not start, or `unusable`. Blocks until a signal ends it.
[[nodiscard]] int serve(const Command& command, const Clock& clock, Random& random);
// Prints the effective configuration and 0, or what is wrong with it and `unusable`.
[[nodiscard]] int check_config(const Command& command);
// Prints an access token.
[[nodiscard]] int print_token(const Command& command, const Clock& clock);

}  // namespace tidings::hub
