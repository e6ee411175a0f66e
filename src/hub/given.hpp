// What was configured, and where: the values of the file, the environment and the flags, one over the other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "hub/settings.hpp"

namespace tidings::hub {

// Why a configuration can't be used: one line for a person, that names the setting and holds no secret.
struct ConfigError {
  std::string line;
};
template <typename T>
using Configured = tl::expected<T, ConfigError>;

[[nodiscard]] inline tl::unexpected<ConfigError> refuse(std::string line) {
  return tl::unexpected<ConfigError>(ConfigError{std::move(line)});
}

// Where a configuration comes from. Kept for as long as the hub runs, since a reload reads it all again.
struct Sources {
  std::optional<std::string> file;                         // --config
  std::vector<std::string> environment;                    // "NAME=value", all of them
  std::vector<std::pair<std::string, std::string>> flags;  // without dashes: {"log.durability", "process"}
};

struct GivenValue {
  std::string text;
  std::string from;  // "--log.durability", "TIDINGS_LOG_DURABILITY", "tidings.toml, line 3", "the default"
};

// Every setting that has a value, each value checked by itself. A repeatable setting has those of all sources, the
// file's first; any other the one of the flags, else of the environment, else of the file, else the default.
class Given {
 public:
  [[nodiscard]] static Configured<Given> read(const Sources& sources);

  // Null where there is none; the first of several.
  [[nodiscard]] const GivenValue* one(std::string_view setting) const;
  [[nodiscard]] const std::vector<GivenValue>& all(std::string_view setting) const;

 private:
  std::map<std::string, std::vector<GivenValue>, std::less<>> values_;
};

}  // namespace tidings::hub
