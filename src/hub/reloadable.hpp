// Which settings a reload takes on: keys and limits (SPEC §8).
#pragma once

#include <string_view>
#include <vector>

#include "hub/given.hpp"

namespace tidings::hub {

// True for keys, secrets and limits.
[[nodiscard]] bool reloadable(std::string_view setting);

// Settings that differ between what runs and what was read now, but take effect at the next start only.
[[nodiscard]] std::vector<std::string_view> changed_in_vain(const Given& running, const Given& read);

}  // namespace tidings::hub
