// What a token costs: verified afresh by each algorithm, remembered, and issued.
#include <benchmark/benchmark.h>

#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::forge;
using testing::good_claims;
using testing::KeyPair;
using testing::Verifier;

Json claims() {
  Json claims = good_claims();
  claims["tidings"] = {{"subscribe", {"novel:*", "user:42"}}};
  return claims;
}

void verify_signature(benchmark::State& state, const Key& key, std::string_view algorithm,
                      const testing::Signer& sign) {
  const std::string signed_part(300, 'x');
  const std::string signature = sign(signed_part);
  for (auto _ : state) benchmark::DoNotOptimize(key.verify(*parse_algorithm(algorithm), signed_part, signature));
}

void BM_verify_hs256(benchmark::State& state) {
  verify_signature(state, testing::secret_keys().keys()[0], "HS256", testing::hmac_signer());
}
BENCHMARK(BM_verify_hs256);

void verify_public(benchmark::State& state, const char* algorithm) {
  const KeyPair& pair = KeyPair::shared(algorithm);
  verify_signature(state, Key::from_pem(pair.public_pem(), std::nullopt).value(), algorithm, pair.signer(algorithm));
}
BENCHMARK_CAPTURE(verify_public, rs256, "RS256");
BENCHMARK_CAPTURE(verify_public, ps256, "PS256");
BENCHMARK_CAPTURE(verify_public, es256, "ES256");
BENCHMARK_CAPTURE(verify_public, es384, "ES384");
BENCHMARK_CAPTURE(verify_public, eddsa, "EdDSA");

void BM_access_token_remembered(benchmark::State& state) {
  const Verifier hub;
  const std::string token = testing::good_token(claims());
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.verify_access(token));
}
BENCHMARK(BM_access_token_remembered);

void BM_sse_token_verified(benchmark::State& state) {
  const Verifier hub;
  const std::string token = hub.tokens.issue_sse(hub.tokens.verify_access(testing::good_token(claims())).value()).token;
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.verify_sse(token));
}
BENCHMARK(BM_sse_token_verified);

void BM_sse_token_issued(benchmark::State& state) {
  const Verifier hub;
  const Identity identity = hub.tokens.verify_access(testing::good_token(claims())).value();
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.issue_sse(identity));
}
BENCHMARK(BM_sse_token_issued);

}  // namespace
}  // namespace tidings::auth
