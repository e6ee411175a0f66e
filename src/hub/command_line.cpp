#include "hub/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>

#include "platform/duration.hpp"

namespace tidings::hub {
namespace {

// What CLI11 reads into.
struct Parsed {
  std::string config_file;
  std::map<std::string, std::vector<std::string>> settings;
  std::string user;
  std::vector<std::string> subscribe;
  std::vector<std::string> publish;
  bool admin = false;
  std::string expires = "1h";
};

void add_setting(CLI::App& app, Parsed& parsed, const std::string& name, const std::string& about) {
  app.add_option("--" + name, parsed.settings[name], about)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("")
      ->group("Settings");
}

std::string about(const Setting& setting) {
  std::string text(setting.about);
  if (!setting.default_value.empty()) text += fmt::format(" [{}]", setting.default_value);
  if (setting.repeatable) text += " (repeatable)";
  if (setting.unavailable) text += " (not in this version yet)";
  return text;
}

void add_settings(CLI::App& app, Parsed& parsed) {
  app.add_option("--config", parsed.config_file, "a TOML file with settings")->type_name("FILE");
  for (const Setting& setting : all_settings()) {
    add_setting(app, parsed, std::string(setting.name), about(setting));
    if (setting.kind == Kind::secret) {
      add_setting(app, parsed, std::string(setting.name) + "_file", "a file that holds it");
    }
  }
}

CLI::App* add_command(CLI::App& app, Parsed& parsed, const std::string& name, const std::string& what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->allow_extras();
  add_settings(*command, parsed);
  return command;
}

// An argument as it may be shown: what stands after "=" may be a secret, and so may an argument that is no flag.
std::string shown_argument(const std::string& argument) {
  if (!argument.starts_with("-")) return "an argument that no flag takes";
  return argument.substr(0, argument.find('='));
}

// The setting that was given the next flag in place of a value: "--dev --listen 127.0.0.1:0".
std::optional<std::string> without_value(const Parsed& parsed) {
  const auto is_flag = [&](const std::string& text) {
    return text.starts_with("--") && parsed.settings.contains(text.substr(2, text.find('=') - 2));
  };
  for (const auto& [name, values] : parsed.settings) {
    if (std::ranges::any_of(values, is_flag)) return name;
  }
  return std::nullopt;
}

// What the parser has against the arguments. Its own message would repeat what it did not expect, which may be a
// secret.
std::string parse_fault(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return what.substr(0, what.find(':')) + ": its value is missing";
  }
  if (app.get_subcommands().empty()) return "a command is needed: serve, check-config or token";
  if (const auto extra = app.remaining(); !extra.empty()) {
    return fmt::format("unknown before the command: {}", shown_argument(extra.front()));
  }
  return what;
}

Exit usage_error(const std::string& what) {
  return {2, fmt::format("tidings: {}; tidings --help lists what there is\n", what)};
}

tl::expected<Command, Exit> token_command(Command command, const Parsed& parsed) {
  const auto lifetime = parse_duration(parsed.expires);
  if (!lifetime || *lifetime < Seconds{1}) {
    return tl::unexpected<Exit>(
        {2,
         fmt::format("tidings: --expires = \"{}\": must be a duration of at least 1s, such as 1h\n", parsed.expires)});
  }
  command.token.user = parsed.user;
  command.token.lifetime = *lifetime;
  command.token.subscribe = parsed.subscribe;
  command.token.publish = parsed.publish;
  command.token.admin = parsed.admin;
  return command;
}

}  // namespace

tl::expected<Command, Exit> parse_command_line(const std::vector<std::string>& arguments,
                                               std::vector<std::string> environment) {
  Parsed parsed;
  CLI::App app("Tidings: a self-hosted hub for server-sent events", "tidings");
  app.set_version_flag("--version", "tidings " TIDINGS_VERSION);
  app.require_subcommand(1);
  app.footer("Settings have the same names in the file, the environment (TIDINGS_LOG_DURABILITY) and as flags.");
  add_command(app, parsed, "serve", "runs the hub");
  CLI::App* check = add_command(app, parsed, "check-config", "prints the configuration, or what is wrong with it");
  CLI::App* token = add_command(app, parsed, "token", "prints an access token signed with auth.secret");
  token->add_option("--user", parsed.user, "whom it is for")->type_name("USER")->required();
  token->add_option("--subscribe", parsed.subscribe, "channel pattern to read (repeatable)")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  token->add_option("--publish", parsed.publish, "channel pattern to publish to (repeatable)")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  token->add_flag("--admin", parsed.admin, "allows administration");
  token->add_option("--expires", parsed.expires, "how long it is valid [1h]")->type_name("DURATION");

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion& version) {
    return tl::unexpected<Exit>({0, fmt::format("{}\n", version.what())});
  } catch (const CLI::CallForHelp&) {
    const auto used = app.get_subcommands();
    return tl::unexpected<Exit>({0, used.empty() ? app.help() : used.front()->help()});
  } catch (const CLI::ParseError& error) {
    return tl::unexpected<Exit>(usage_error(parse_fault(app, error)));
  }

  const CLI::App* used = app.get_subcommands().front();
  if (const auto extra = used->remaining(); !extra.empty()) {
    if (const auto name = without_value(parsed)) {
      return tl::unexpected<Exit>(usage_error(fmt::format("--{}: its value is missing", *name)));
    }
    return tl::unexpected<Exit>(usage_error(fmt::format("unknown: {}", shown_argument(extra.front()))));
  }
  Command command;
  command.sources.environment = std::move(environment);
  if (!parsed.config_file.empty()) command.sources.file = parsed.config_file;
  for (const auto& [name, values] : parsed.settings) {
    for (const std::string& value : values) command.sources.flags.emplace_back(name, value);
  }
  if (used == check) command.kind = Command::Kind::check_config;
  if (used != token) return command;
  command.kind = Command::Kind::token;
  return token_command(std::move(command), parsed);
}

}  // namespace tidings::hub
