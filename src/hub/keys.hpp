// The keys that a configuration names, read from their files. Asked at the start, by `check-config` and by a reload.
#pragma once

#include <optional>
#include <string>

#include "auth/keys.hpp"
#include "hub/config.hpp"

namespace tidings::hub {

// `made_up_secret` is a development hub's own, where it was given none.
[[nodiscard]] Configured<auth::KeySet> load_keys(const Config& config,
                                                 const std::optional<std::string>& made_up_secret);

// The secret that tokens are signed with, and how; for `tidings token` and for development.
struct SigningSecret {
  std::string secret;
  auth::Algorithm algorithm = auth::Algorithm::HS256;
};
[[nodiscard]] std::optional<SigningSecret> signing_secret(const Config& config,
                                                          const std::optional<std::string>& made_up_secret);

}  // namespace tidings::hub
