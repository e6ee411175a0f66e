#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "hub/sources.hpp"

namespace tidings::hub {
namespace {

// Walks a document's tables. Stops at the first thing that no setting takes.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  bool read(const toml::table& table, const std::string& prefix) {
    return std::ranges::all_of(table, [&](const auto& entry) {
      const std::string name = prefix + std::string(entry.first.str());
      const toml::node& node = entry.second;
      if (const toml::table* inner = node.as_table()) {
        return begins_a_setting(name + ".") ? read(*inner, name + ".") : unknown(name, node);
      }
      const NamedSetting named = setting_named(name);
      return named.setting == nullptr ? unknown(name, node) : take(name, named, node);
    });
  }

  std::vector<SourceValue> values;
  std::string fault;

 private:
  static bool begins_a_setting(std::string_view prefix) {
    return std::ranges::any_of(all_settings(),
                               [&](const Setting& setting) { return setting.name.starts_with(prefix); });
  }

  [[nodiscard]] std::string place(const toml::node& node) const {
    return fmt::format("{}, line {}", path_, node.source().begin.line);
  }

  bool unknown(std::string_view name, const toml::node& node) {
    fault = fmt::format("no setting is named {} (from {})", name, place(node));
    return false;
  }

  bool take(std::string_view name, const NamedSetting& named, const toml::node& node) {
    if (const toml::array* array = node.as_array()) {
      if (!named.setting->repeatable) {
        fault = fmt::format("{}: takes one value, not a list (from {})", name, place(node));
        return false;
      }
      return std::ranges::all_of(*array, [&](const toml::node& element) { return take_one(name, named, element); });
    }
    return take_one(name, named, node);
  }

  bool take_one(std::string_view name, const NamedSetting& named, const toml::node& node) {
    std::string text;
    if (const auto* string = node.as_string()) {
      text = string->get();
    } else if (const auto* integer = node.as_integer()) {
      text = fmt::format("{}", integer->get());
    } else if (const auto* boolean = node.as_boolean()) {
      text = boolean->get() ? "true" : "false";
    } else {
      fault = fmt::format("{}: must be a string, a whole number or a boolean (from {})", name, place(node));
      return false;
    }
    values.push_back({named.setting, named.in_file, std::move(text), place(node)});
    return true;
  }

  const std::string& path_;
};

}  // namespace

Configured<std::vector<SourceValue>> read_toml(const std::string& path) {
  const std::string unreadable = fmt::format("the configuration file {} can't be read", path);
  // A folder opens like a file, and reads as if it were empty.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return refuse(unreadable);
  try {
    const toml::table document = toml::parse_file(path);
    Reader reader(path);
    if (!reader.read(document, "")) return refuse(std::move(reader.fault));
    return std::move(reader.values);
  } catch (const toml::parse_error& error) {
    // The description may quote what stands in the file; the line number is enough to find it.
    const auto line = error.source().begin.line;
    if (line == 0) return refuse(unreadable);
    return refuse(fmt::format("the configuration file {} is not well-formed TOML at line {}", path, line));
  }
}

}  // namespace tidings::hub
