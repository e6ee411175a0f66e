#include "hub/given.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

#include "hub/sources.hpp"

namespace tidings::hub {
namespace {

// Of a file that holds a secret. What is larger is no secret but a mistake.
constexpr std::size_t most_secret_bytes = 64 * 1024;

// The whole file, without the line end that editors put last.
std::optional<std::string> read_secret(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) return std::nullopt;
  std::string text(most_secret_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0 || text.size() > most_secret_bytes) return std::nullopt;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Configured<GivenValue> resolve(const SourceValue& value) {
  std::string text = value.text;
  if (value.in_file) {
    auto secret = read_secret(value.text);
    if (!secret) {
      return refuse(fmt::format("{}_file: {} can't be read, or is larger than {} bytes (from {})", value.setting->name,
                                value.text, most_secret_bytes, value.from));
    }
    text = std::move(*secret);
  }
  if (const auto fault = fault_of(*value.setting, text)) {
    return refuse(
        fmt::format("{} = \"{}\" (from {}): {}", value.setting->name, shown(*value.setting, text), value.from, *fault));
  }
  return GivenValue{std::move(text), value.from};
}

}  // namespace

Configured<Given> Given::read(const Sources& sources) {
  std::array<Configured<std::vector<SourceValue>>, 3> layers = {
      sources.file ? read_toml(*sources.file) : std::vector<SourceValue>{},
      read_environment(sources.environment),
      read_flags(sources.flags),
  };

  Given given;
  for (const auto& layer : layers) {
    if (!layer) return tl::unexpected<ConfigError>(layer.error());
    // What this layer has given so far, for each setting.
    std::map<const Setting*, std::string> seen;
    for (const SourceValue& value : *layer) {
      auto resolved = resolve(value);
      if (!resolved) return tl::unexpected<ConfigError>(resolved.error());
      auto& values = given.values_[std::string(value.setting->name)];
      if (!value.setting->repeatable) {
        const auto [earlier, first] = seen.try_emplace(value.setting, value.from);
        if (!first) {
          return refuse(fmt::format("{}: is given more than once (from {} and {})", value.setting->name,
                                    earlier->second, value.from));
        }
        values.clear();
      }
      values.push_back(std::move(*resolved));
    }
  }

  for (const Setting& setting : all_settings()) {
    auto& values = given.values_[std::string(setting.name)];
    if (values.empty() && !setting.default_value.empty() && !setting.unavailable) {
      values.push_back({std::string(setting.default_value), "the default"});
    }
  }
  return given;
}

const GivenValue* Given::one(std::string_view setting) const {
  const auto& values = all(setting);
  return values.empty() ? nullptr : &values.front();
}

const std::vector<GivenValue>& Given::all(std::string_view setting) const { return values_.find(setting)->second; }

}  // namespace tidings::hub
