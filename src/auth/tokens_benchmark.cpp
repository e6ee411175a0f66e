// What a token costs: verified afresh by each algorithm, remembered, and issued.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

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

// Tokens of one key as a publisher or a page that comes back shows them: the same again and again.
Verifier verifier_of(const char* algorithm) {
  if (std::string_view(algorithm) == "HS256") return Verifier{};
  KeySet keys;
  keys.add(Key::from_pem(KeyPair::shared(algorithm).public_pem(), parse_algorithm(algorithm)).value());
  return Verifier{keys};
}
std::string token_of(const char* algorithm, const Json& claims) {
  const bool shared = std::string_view(algorithm) == "HS256";
  return forge(Json{{"alg", algorithm}}, claims,
               shared ? testing::hmac_signer() : KeyPair::shared(algorithm).signer(algorithm));
}
void access_token_remembered(benchmark::State& state, const char* algorithm) {
  const Verifier hub = verifier_of(algorithm);
  const std::string token = token_of(algorithm, claims());
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.verify_access(token));
}
BENCHMARK_CAPTURE(access_token_remembered, hs256, "HS256");
BENCHMARK_CAPTURE(access_token_remembered, rs256, "RS256");
BENCHMARK_CAPTURE(access_token_remembered, es256, "ES256");

// And as a crowd's: each seen for the first time.
constexpr std::int64_t crowd = 2'000;
void access_token_new(benchmark::State& state, const char* algorithm) {
  const Verifier hub = verifier_of(algorithm);
  std::vector<std::string> tokens;
  for (std::int64_t i = 0; i < crowd; ++i) {
    Json of_one = claims();
    of_one["sub"] = "user-" + std::to_string(i);
    tokens.push_back(token_of(algorithm, of_one));
  }
  auto next = tokens.begin();
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.verify_access(*next++));
}
BENCHMARK_CAPTURE(access_token_new, hs256, "HS256")->Iterations(crowd);
BENCHMARK_CAPTURE(access_token_new, rs256, "RS256")->Iterations(crowd);
BENCHMARK_CAPTURE(access_token_new, es256, "ES256")->Iterations(crowd);

// What shards pay for sharing one cache.
void access_token_on_threads(benchmark::State& state) {
  static const Verifier hub;
  static const std::string token = testing::good_token(claims());
  for (auto _ : state) benchmark::DoNotOptimize(hub.tokens.verify_access(token));
}
BENCHMARK(access_token_on_threads)->Threads(1)->Threads(2)->UseRealTime();

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
