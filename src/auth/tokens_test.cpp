#include "auth/tokens.hpp"

#include <gtest/gtest.h>

#include "auth/testing/verifier.hpp"
#include "platform/random.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::forge;
using testing::forge_text;
using testing::good_claims;
using testing::good_token;
using testing::hmac_signer;
using testing::KeyPair;
using testing::now_seconds;
using testing::Verifier;

Json with(const char* name, Json value) {
  Json claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}

KeySet jwks(std::vector<Json> keys) { return KeySet::from_jwks(Json{{"keys", std::move(keys)}}.dump()).value(); }
Json named(Json jwk, const char* id) {
  jwk["kid"] = id;
  return jwk;
}

TEST(AccessToken, IsVerified) {
  const Verifier hub;
  const auto identity = hub.tokens.verify_access(good_token());
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->user, "anna");
  EXPECT_EQ(identity->issued_at, now_seconds);
  EXPECT_EQ(identity->expires_at, WallTime{Seconds{now_seconds + 3600}});
}

TEST(AccessToken, MayBeOfThreeTypes) {
  const Verifier hub;
  const auto typed = [&](const char* type) {
    return code_of(hub.tokens.verify_access(forge({{"alg", "HS256"}, {"typ", type}}, good_claims(), hmac_signer())));
  };
  for (const char* type : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"})
    EXPECT_EQ(typed(type), "ok") << type;
  for (const char* type : {"sse+jwt", "SSE+JWT", "application/sse+jwt", "dpop+jwt", "logout+jwt", "JWS", "x"}) {
    EXPECT_EQ(typed(type), "token_type") << type;
  }
}

TEST(AccessToken, IsRefusedByNameForEachFault) {
  const Verifier hub;
  const auto refusal = [&](const std::string& token) { return code_of(hub.tokens.verify_access(token)); };
  EXPECT_EQ(refusal(""), "token_malformed");
  EXPECT_EQ(refusal("not.a.token"), "token_malformed");
  EXPECT_EQ(refusal(good_token().substr(0, 40)), "token_malformed");
  EXPECT_EQ(refusal(forge_text("{\"alg\":\"HS256\"}", "[]", hmac_signer())), "token_malformed");
  EXPECT_EQ(refusal(forge({{"alg", "none"}}, good_claims(), [](std::string_view) { return ""; })), "token_algorithm");
  EXPECT_EQ(refusal(forge({{"alg", "HS512"}}, good_claims(), hmac_signer(testing::secret, "HS512"))),
            "token_algorithm");
  EXPECT_EQ(refusal(forge({{"alg", "RS256"}}, good_claims(), KeyPair::shared("RS256").signer("RS256"))),
            "token_algorithm");
  EXPECT_EQ(refusal(forge({{"alg", "HS256"}}, good_claims(), hmac_signer(std::string(32, 'x')))), "token_signature");
  EXPECT_EQ(refusal(good_token().substr(0, good_token().rfind('.') + 1)), "token_signature");
  EXPECT_EQ(refusal(good_token(with("exp", now_seconds - 60))), "token_expired");
  EXPECT_EQ(refusal(good_token({{"sub", "anna"}})), "token_claims");
  EXPECT_EQ(refusal(good_token(with("nbf", now_seconds + 61))), "token_not_yet_valid");
  EXPECT_EQ(refusal(good_token(with("iat", now_seconds + 61))), "token_not_yet_valid");
  EXPECT_EQ(refusal(good_token(with("sub", 5))), "token_claims");
  EXPECT_EQ(refusal(good_token(with("tidings", 5))), "token_claims");
  EXPECT_EQ(refusal(good_token(with("aud", "tidings:stream"))), "token_type");
}

TEST(AccessToken, HasItsEndsLeftOpenByTheSkew) {
  const Verifier hub;
  EXPECT_EQ(code_of(hub.tokens.verify_access(good_token(with("exp", now_seconds - 59)))), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(good_token(with("nbf", now_seconds + 60)))), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(good_token(with("iat", now_seconds + 60)))), "ok");
}

TEST(AccessToken, ChangedInAnyOneCharacterIsRefused) {
  const Verifier hub;
  const std::string token = good_token(with("tidings", {{"subscribe", {"novel:*"}}}));
  constexpr std::string_view characters = "ABab01-_.=+/ \n";
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (const char other : characters) {
      if (token[at] == other) continue;
      std::string changed = token;
      changed[at] = other;
      ASSERT_FALSE(hub.tokens.verify_access(changed)) << changed;
      ASSERT_FALSE(hub.tokens.verify_any(changed)) << changed;
    }
    EXPECT_FALSE(hub.tokens.verify_access(token.substr(0, at) + token.substr(at + 1)));
  }
  EXPECT_TRUE(hub.tokens.verify_access(token));
}

// An attacker who knows the public key must not get far by using it as a shared secret (RFC 8725 §2.1).
TEST(AccessToken, CannotChooseAnAlgorithmThatItsKeyIsNotFor) {
  const KeyPair& pair = KeyPair::shared("RS256");
  KeySet keys;
  keys.add(Key::from_pem(pair.public_pem(), std::nullopt).value());
  const Verifier hub{keys};
  EXPECT_EQ(code_of(hub.tokens.verify_access(forge({{"alg", "RS256"}}, good_claims(), pair.signer("RS256")))), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(forge({{"alg", "HS256"}}, good_claims(), hmac_signer(pair.public_pem())))),
            "token_algorithm");
  // A signature of one algorithm under the name of another of the same key.
  EXPECT_EQ(code_of(hub.tokens.verify_access(forge({{"alg", "PS256"}}, good_claims(), pair.signer("RS256")))),
            "token_signature");
}

TEST(KeyId, ChoosesTheKey) {
  const KeyPair& rsa = KeyPair::shared("RS256");
  const KeyPair& ec = KeyPair::shared("ES256");
  const Verifier hub{jwks({named(rsa.jwk(), "r"), named(ec.jwk(), "e")})};
  const auto refusal = [&](const Json& header, const KeyPair& pair) {
    return code_of(
        hub.tokens.verify_access(forge(header, good_claims(), pair.signer(header["alg"].get<std::string>()))));
  };
  EXPECT_EQ(refusal({{"alg", "RS256"}, {"kid", "r"}}, rsa), "ok");
  EXPECT_EQ(refusal({{"alg", "ES256"}, {"kid", "e"}}, ec), "ok");
  EXPECT_EQ(refusal({{"alg", "ES256"}, {"kid", "r"}}, ec), "token_algorithm");
  EXPECT_EQ(refusal({{"alg", "ES256"}, {"kid", "unknown"}}, ec), "token_signature");
  EXPECT_EQ(refusal({{"alg", "ES256"}, {"kid", ""}}, ec), "token_signature");
  EXPECT_EQ(refusal({{"alg", "ES256"}}, ec), "ok") << "without a kid all are tried";
}

TEST(KeyId, ThatNoKeyHasLeavesKeysWithoutOne) {
  KeySet keys = testing::secret_keys();
  keys.merge(jwks({named(KeyPair::shared("ES256").jwk(), "e")}));
  const Verifier hub{keys};
  const auto token = [](const char* id) {
    return forge({{"alg", "HS256"}, {"kid", id}}, good_claims(), hmac_signer());
  };
  EXPECT_EQ(code_of(hub.tokens.verify_access(token("anything"))), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token("e"))), "token_algorithm");
}

TEST(KeyId, MayBeSharedByKeys) {
  const Verifier hub{jwks({named(KeyPair::ec("P-256").jwk(), "same"), named(KeyPair::shared("ES256").jwk(), "same")})};
  const auto token =
      forge({{"alg", "ES256"}, {"kid", "same"}}, good_claims(), KeyPair::shared("ES256").signer("ES256"));
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
}

TEST(VerifiedTokens, AreRememberedButStillEnd) {
  Verifier hub;
  const std::string token = good_token();
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  hub.clock.advance(Seconds{3659});
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  hub.clock.advance(Seconds{1});
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "token_expired");
}

TEST(VerifiedTokens, AreRefusedOnceRevoked) {
  Verifier hub;
  const std::string token = good_token();
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  ASSERT_TRUE(hub.revocations.revoke("anna", now_seconds));
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "token_revoked");
  EXPECT_EQ(code_of(hub.tokens.verify_access(good_token(with("iat", now_seconds + 1)))), "ok");
}

TEST(VerifiedTokens, AreForgottenWithTheirKeys) {
  Verifier hub;
  const std::string token = good_token();
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  KeySet others;
  others.add(Key::from_secret(std::string(32, 'o'), Algorithm::HS256).value());
  hub.tokens.replace_keys(others, derive_sse_key(testing::secret));
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "token_signature");
  hub.tokens.replace_keys(testing::secret_keys(), derive_sse_key(testing::secret));
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
}

TEST(VerifiedTokens, MayBecomeFutureOnesAgainWhenTheClockIsSetBack) {
  Verifier hub;
  const std::string token = good_token();
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "ok");
  hub.clock.set_wall(WallTime{Seconds{now_seconds - 3600}});
  EXPECT_EQ(code_of(hub.tokens.verify_access(token)), "token_not_yet_valid");
}

// Whatever the clock, the revocations and the keys do between two uses, a remembered token may do no more and no less
// than one that is verified afresh.
TEST(VerifiedTokens, AreJudgedAsIfNoneWereRemembered) {
  const auto key_set = [](std::initializer_list<char> secrets) {
    KeySet keys;
    for (const char c : secrets) keys.add(Key::from_secret(std::string(32, c), Algorithm::HS256).value());
    return keys;
  };
  const std::vector<KeySet> key_sets{key_set({'a'}), key_set({'b'}), key_set({'a', 'b'})};
  std::vector<std::string> tokens;
  for (const char c : {'a', 'b'}) {
    for (const char* user : {"anna", "bob"}) {
      for (const int begins : {-200, 0, 200}) {
        const Json claims{{"sub", user},
                          {"iat", now_seconds + begins},
                          {"nbf", now_seconds + begins / 2},
                          {"exp", now_seconds + begins + 300},
                          {"tidings", {{"subscribe", {"novel:*"}}, {"admin", c == 'a'}}}};
        tokens.push_back(forge(Json{{"alg", "HS256"}}, claims, hmac_signer(std::string(32, c))));
      }
    }
  }

  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    const auto in_steps = [&](std::uint64_t count) { return 20 * static_cast<std::int64_t>(random.below(count)); };
    KeySet keys = key_sets[2];
    Verifier hub{keys};
    std::size_t accepted = 0;
    for (int step = 0; step < 400; ++step) {
      const auto chance = random.below(40);
      if (chance == 0)
        hub.tokens.replace_keys(keys = key_sets[random.below(key_sets.size())], derive_sse_key(testing::secret));
      if (chance == 1) {
        ASSERT_TRUE(hub.revocations.revoke("anna", now_seconds - 300 + in_steps(10)));
      }
      if (chance < 8) hub.clock.set_wall(WallTime{Seconds{now_seconds - 400 + in_steps(60)}});
      const std::string& token = tokens[random.below(tokens.size())];
      const Tokens afresh(keys, derive_sse_key(testing::secret), {}, hub.revocations, hub.clock);
      const auto expected = afresh.verify_access(token);
      const auto found = random.below(2) == 0 ? hub.tokens.verify_access(token) : hub.tokens.verify_any(token);
      ASSERT_EQ(code_of(found), code_of(expected)) << "seed " << seed << ", step " << step;
      if (!found) continue;
      ++accepted;
      EXPECT_EQ(found->user, expected->user);
      EXPECT_EQ(found->expires_at, expected->expires_at);
      EXPECT_EQ(found->issued_at, expected->issued_at);
      EXPECT_EQ(found->permissions.admin, expected->permissions.admin);
      EXPECT_EQ(found->permissions.subscribe.size(), expected->permissions.subscribe.size());
    }
    EXPECT_GT(accepted, 20u) << "seed " << seed;
  }
}

TEST(Recheck, FindsWhatHasHappenedSince) {
  Verifier hub;
  const Identity identity = hub.tokens.verify_access(good_token()).value();
  EXPECT_EQ(code_of(hub.tokens.recheck(identity)), "ok");
  ASSERT_TRUE(hub.revocations.revoke("anna", now_seconds + 5));
  EXPECT_EQ(code_of(hub.tokens.recheck(identity)), "token_revoked");
  hub.clock.advance(Seconds{3660});
  EXPECT_EQ(code_of(hub.tokens.recheck(identity)), "token_expired");
}

}  // namespace
}  // namespace tidings::auth
