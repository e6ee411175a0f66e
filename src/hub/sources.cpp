#include "hub/sources.hpp"

#include <fmt/format.h>

namespace tidings::hub {
namespace {

constexpr std::string_view file_ending = "_file";
constexpr std::string_view file_environment_ending = "_FILE";

NamedSetting setting_in_environment(std::string_view name) {
  for (const Setting& setting : all_settings()) {
    const std::string own = environment_name(setting.name);
    if (name == own) return {&setting, false};
    if (setting.kind == Kind::secret && name == own + std::string(file_environment_ending)) return {&setting, true};
  }
  return {};
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  for (;;) {
    const auto comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

NamedSetting setting_named(std::string_view name) {
  if (const Setting* setting = find_setting(name)) return {setting, false};
  if (!name.ends_with(file_ending)) return {};
  const Setting* setting = find_setting(name.substr(0, name.size() - file_ending.size()));
  if (setting == nullptr || setting->kind != Kind::secret) return {};
  return {setting, true};
}

Configured<std::vector<SourceValue>> read_environment(const std::vector<std::string>& environment) {
  std::vector<SourceValue> values;
  for (const std::string& variable : environment) {
    if (!variable.starts_with("TIDINGS_")) continue;
    const auto equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    const std::string text = equals == std::string::npos ? "" : variable.substr(equals + 1);
    const NamedSetting named = setting_in_environment(name);
    if (named.setting == nullptr) return refuse(fmt::format("no setting has the environment name {}", name));
    if (!named.setting->repeatable) {
      values.push_back({named.setting, named.in_file, text, name});
      continue;
    }
    for (std::string& part : split(text)) values.push_back({named.setting, named.in_file, std::move(part), name});
  }
  return values;
}

Configured<std::vector<SourceValue>> read_flags(const std::vector<std::pair<std::string, std::string>>& flags) {
  std::vector<SourceValue> values;
  for (const auto& [name, text] : flags) {
    const NamedSetting named = setting_named(name);
    if (named.setting == nullptr) return refuse(fmt::format("no setting is named {} (from --{})", name, name));
    values.push_back({named.setting, named.in_file, text, "--" + name});
  }
  return values;
}

}  // namespace tidings::hub
