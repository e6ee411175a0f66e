#include <utility>

#include "auth/json.hpp"
#include "auth/jwk.hpp"
#include "auth/keys.hpp"

namespace tidings::auth {

Result<KeySet> KeySet::from_jwks(std::string_view json) {
  const auto document = parse_json_object(json);
  if (!document) return fail(ErrorCode::parameter_invalid, "the key set is not a JSON object without repeated names");
  const Json* keys = member(*document, "keys");
  if (keys == nullptr || !keys->is_array()) {
    return fail(ErrorCode::parameter_invalid, "the key set has no array \"keys\"");
  }
  KeySet set;
  std::size_t place = 0;
  for (const Json& jwk : *keys) {
    const std::string which = "key " + std::to_string(++place) + " of the set: ";
    auto material = read_jwk(jwk);
    if (!material) return fail(ErrorCode::parameter_invalid, which + material.error().detail);
    if (!*material) continue;
    if (set.keys_.size() == most_keys) return fail(ErrorCode::parameter_invalid, "the key set has more than 100 keys");
    Key key;
    key.material_ = *std::move(material);
    if (const Json* id = member(jwk, "kid")) {
      if (!id->is_string()) return fail(ErrorCode::parameter_invalid, which + "\"kid\" is not a string");
      key.id_ = id->get<std::string>();
    }
    set.add(std::move(key));
  }
  if (set.empty()) return fail(ErrorCode::parameter_invalid, "the key set holds no key that verifies signatures");
  return set;
}

}  // namespace tidings::auth
