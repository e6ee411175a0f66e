// Key sets and PEM as a file or an issuer's URL may hold them.
#include <openssl/err.h>

#include <cstdint>
#include <cstdlib>

#include "auth/keys.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings::auth;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto set = KeySet::from_jwks(input)) {
    if (set->empty() || set->keys().size() > KeySet::most_keys) std::abort();
    for (const Key& key : set->keys()) {
      if (key.verify(Algorithm::ES256, input, "no signature")) std::abort();
      if (key.verify(Algorithm::HS256, input, "no signature")) std::abort();
    }
  } else if (set.error().detail.empty()) {
    std::abort();
  }
  if (const auto key = Key::from_pem(input, std::nullopt); !key && key.error().detail.empty()) std::abort();
  if (ERR_peek_error() != 0) std::abort();
  return 0;
}
