#include "hub/commands.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "hub/config.hpp"
#include "hub/keys.hpp"
#include "hub/process.hpp"

namespace tidings::hub {
namespace {

int refuse_line(std::string_view line) {
  fmt::print(stderr, "tidings: {}\n", line);
  return unusable;
}

Config::Machine this_machine() {
  return {.cores = usable_cores(), .descriptors = raise_descriptor_limit(), .table_a_shard = gives_descriptor_tables()};
}

}  // namespace

int check_config(const Command& command) {
  const auto given = Given::read(command.sources);
  if (!given) return refuse_line(given.error().line);
  const auto config = Config::from(*given, this_machine());
  if (!config) return refuse_line(config.error().line);
  if (const auto keys = load_keys(*config, std::nullopt); !keys) return refuse_line(keys.error().line);
  fmt::print("{}", effective_configuration(*given, *config));
  return 0;
}

int print_token(const Command& command, const Clock& clock) {
  const auto config = Config::read(command.sources, this_machine());
  if (!config) return refuse_line(config.error().line);
  const auto signing = signing_secret(*config, std::nullopt);
  if (!signing) return refuse_line("auth.secret is not set; tidings token signs with it");

  auth::TokenRequest request = command.token;
  request.issuer = config->auth_issuer;
  request.audience = config->auth_audience;
  request.claim = config->auth_claim;
  const auto token = auth::sign_access_token(request, signing->secret, signing->algorithm, clock.wall());
  if (!token) return refuse_line(token.error().detail);
  fmt::print("{}\n", *token);
  return 0;
}

}  // namespace tidings::hub
