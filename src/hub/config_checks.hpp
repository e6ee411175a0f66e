// What settings mean together: the rules that no value can break by itself.
#pragma once

#include <optional>
#include <string>

#include "hub/config.hpp"

namespace tidings::hub {

// The first rule that the configuration breaks, as one line for a person; nothing where it can be used.
[[nodiscard]] std::optional<std::string> fault_of(const Config& config);

}  // namespace tidings::hub
