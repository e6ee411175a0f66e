#include "hub/keys.hpp"

#include <fmt/format.h>

namespace tidings::hub {

std::optional<SigningSecret> signing_secret(const Config& config, const std::optional<std::string>& made_up_secret) {
  if (config.auth_secret) {
    return SigningSecret{*config.auth_secret, config.auth_algorithm.value_or(auth::Algorithm::HS256)};
  }
  if (made_up_secret) return SigningSecret{*made_up_secret, auth::Algorithm::HS256};
  return std::nullopt;
}

Configured<auth::KeySet> load_keys(const Config& config, const std::optional<std::string>& made_up_secret) {
  auth::KeySet keys;
  if (const auto signing = signing_secret(config, made_up_secret)) {
    auto key = auth::Key::from_secret(signing->secret, signing->algorithm);
    if (!key) return refuse(fmt::format("auth.secret = \"***\": {}", key.error().detail));
    keys.add(std::move(*key));
  }
  // auth.algorithm belongs to the secret where there is one.
  const auto only = config.auth_secret ? std::nullopt : config.auth_algorithm;
  for (const std::string& path : config.auth_keys) {
    const auto loaded = auth::load_key_file(path, only);
    if (!loaded) return refuse(fmt::format("auth.keys = \"{}\": {}", path, loaded.error().detail));
    keys.merge(*loaded);
  }
  return keys;
}

}  // namespace tidings::hub
