// One JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037 §2), as far as it verifies signatures.
#pragma once

#include <memory>

#include "auth/json.hpp"
#include "auth/keys.hpp"

namespace tidings::auth {

// Null where the key is of a kind, or for a use, that is none of ours: RFC 7517 §5 wants those ignored.
// `parameter_invalid` where it is of ours and broken or weak; the detail holds nothing of the key.
[[nodiscard]] Result<std::shared_ptr<const Key::Material>> read_jwk(const Json& jwk);

}  // namespace tidings::auth
