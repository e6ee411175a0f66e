// The three places that settings are read from, each as a list of names and values not yet checked.
#pragma once

#include <string>
#include <vector>

#include "hub/given.hpp"

namespace tidings::hub {

struct SourceValue {
  const Setting* setting = nullptr;
  bool in_file = false;  // `text` is the path of a file that holds the value ("auth.secret_file")
  std::string text;
  std::string from;
};

// "log.durability", or a secret's name with "_file" after it; a null setting where there is none of that name.
struct NamedSetting {
  const Setting* setting = nullptr;
  bool in_file = false;
};
[[nodiscard]] NamedSetting setting_named(std::string_view name);

// A TOML file (TOML 1.0): tables are the part of a name before the dot, arrays are for repeatable settings.
[[nodiscard]] Configured<std::vector<SourceValue>> read_toml(const std::string& path);
// Every variable that begins with TIDINGS_; commas separate the values of a repeatable setting.
[[nodiscard]] Configured<std::vector<SourceValue>> read_environment(const std::vector<std::string>& environment);
[[nodiscard]] Configured<std::vector<SourceValue>> read_flags(
    const std::vector<std::pair<std::string, std::string>>& flags);

}  // namespace tidings::hub
