#include "hub/reloadable.hpp"

#include <algorithm>

#include "hub/settings.hpp"

namespace tidings::hub {

bool reloadable(std::string_view setting) {
  constexpr std::string_view named[] = {"auth.secret", "auth.algorithm", "auth.keys", "publish.key",
                                        "session.per_user"};
  return setting.starts_with("limits.") || setting.starts_with("log.retention_") ||
         std::ranges::find(named, setting) != std::end(named);
}

std::vector<std::string_view> changed_in_vain(const Given& running, const Given& read) {
  std::vector<std::string_view> names;
  for (const Setting& setting : all_settings()) {
    if (reloadable(setting.name)) continue;
    if (!std::ranges::equal(running.all(setting.name), read.all(setting.name), {}, &GivenValue::text,
                            &GivenValue::text)) {
      names.push_back(setting.name);
    }
  }
  return names;
}

}  // namespace tidings::hub
