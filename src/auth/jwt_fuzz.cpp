// Tokens as strangers may send them. The input is tried as a token, and as the header and payload of one that is signed
// well, so that what stands behind the signature is reached too.
#include <cstdlib>

#include "auth/testing/verifier.hpp"

namespace {

using namespace tidings;

void check(const auth::Tokens& tokens, std::string_view token) {
  for (const auto& result : {tokens.verify_access(token), tokens.verify_sse(token), tokens.verify_any(token)}) {
    if (result ? result->user.empty() : result.error().detail.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auth::testing::Verifier hub;
  static const auth::SseKey sse_key = auth::derive_sse_key(auth::testing::secret);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check(hub.tokens, input);

  const std::size_t line = input.find('\n');
  const bool two = line != std::string_view::npos;
  const std::string_view header = two ? input.substr(0, line) : R"({"alg":"HS256"})";
  const std::string_view payload = two ? input.substr(line + 1) : input;
  check(hub.tokens, auth::testing::forge_text(header, payload, auth::testing::hmac_signer()));
  check(hub.tokens, auth::testing::forge_text(header, payload, auth::testing::hmac_signer(auth::evp::text(sse_key))));
  return 0;
}
