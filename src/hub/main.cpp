#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "hub/command_line.hpp"
#include "hub/commands.hpp"
#include "hub/process.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"

int main(int argc, char** argv) try {
  using tidings::hub::Command;
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
  const auto command =
      tidings::hub::parse_command_line(std::vector<std::string>(argv + 1, argv + argc), std::move(environment));
  if (!command) {
    std::fputs(command.error().text.c_str(), command.error().status == 0 ? stdout : stderr);
    return command.error().status;
  }

  tidings::hub::set_process_manners();
  const tidings::SystemClock clock;
  tidings::SystemRandom random;
  switch (command->kind) {
    case Command::Kind::serve:
      return tidings::hub::serve(*command, clock, random);
    case Command::Kind::check_config:
      return tidings::hub::check_config(*command);
    case Command::Kind::token:
      return tidings::hub::print_token(*command, clock);
  }
  return 1;
} catch (const std::exception& error) {  // GCOVR_EXCL_START: no memory or no thread to be had, before there is a hub
  std::fprintf(stderr, "tidings: %s\n", error.what());
  return 1;
}  // GCOVR_EXCL_STOP
