#include <gtest/gtest.h>

#include "auth/keys.hpp"
#include "auth/testing/forge.hpp"
#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::KeyPair;

Result<KeySet> set_of(std::vector<Json> keys) { return KeySet::from_jwks(Json{{"keys", std::move(keys)}}.dump()); }

Json with(Json jwk, const std::string& name, const Json& value) {
  jwk[name] = value;
  return jwk;
}
Json without(Json jwk, const std::string& name) {
  jwk.erase(name);
  return jwk;
}

const Json& rsa() {
  static const Json jwk = KeyPair::shared("RS256").jwk();
  return jwk;
}
const Json& ec() {
  static const Json jwk = KeyPair::shared("ES256").jwk();
  return jwk;
}
const Json& okp() {
  static const Json jwk = KeyPair::shared("EdDSA").jwk();
  return jwk;
}
Json oct() { return {{"kty", "oct"}, {"k", base64url_encode(testing::secret)}}; }

TEST(Jwks, KeepsIdsAndOrder) {
  const auto set = set_of({with(rsa(), "kid", "one"), ec(), with(oct(), "kid", "")});
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 3u);
  EXPECT_EQ(set->keys()[0].id(), "one");
  EXPECT_EQ(set->keys()[1].id(), "");
  EXPECT_TRUE(set->keys()[2].allows(Algorithm::HS512));
}

TEST(Jwks, NarrowsAKeyToItsAlgorithm) {
  const auto set = set_of({with(rsa(), "alg", "PS384")});
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->keys()[0].allows(Algorithm::PS384));
  EXPECT_FALSE(set->keys()[0].allows(Algorithm::RS256));
}

TEST(Jwks, PassesOverKeysThatAreNotForVerifyingOrOfUnknownKinds) {
  const Json foreign[] = {
      with(rsa(), "use", "enc"),
      with(rsa(), "use", 1),
      with(rsa(), "key_ops", {"encrypt", "sign"}),
      with(rsa(), "key_ops", "verify"),
      with(rsa(), "alg", "RSA-OAEP-256"),
      with(ec(), "crv", "P-521"),
      with(ec(), "crv", 256),
      with(okp(), "crv", "X25519"),
      with(oct(), "kty", "AKP"),
  };
  for (const Json& jwk : foreign) {
    const auto set = set_of({jwk, ec()});
    ASSERT_TRUE(set) << jwk;
    EXPECT_EQ(set->keys().size(), 1u) << jwk;
    EXPECT_EQ(code_of(set_of({jwk})), "parameter_invalid") << "none is left of " << jwk;
  }
}

TEST(Jwks, TakesKeysThatSayTheyAreForVerifying) {
  EXPECT_TRUE(set_of({with(rsa(), "use", "sig"), with(ec(), "key_ops", {"sign", "verify"})}));
}

TEST(Jwks, DoesNotReadPrivateMembers) {
  EXPECT_TRUE(set_of({with(rsa(), "d", 17), with(ec(), "d", "%%"), with(okp(), "d", nullptr)}));
}

TEST(Jwks, RefusesBrokenKeys) {
  const std::string other_y = KeyPair::ec("P-256").jwk()["y"];
  const Json broken[] = {
      Json("key"),
      without(rsa(), "kty"),
      with(rsa(), "kty", 5),
      with(rsa(), "alg", 5),
      with(rsa(), "alg", "ES256"),
      with(rsa(), "kid", 5),
      without(rsa(), "n"),
      without(rsa(), "e"),
      with(rsa(), "n", 5),
      with(rsa(), "n", "%%"),
      with(rsa(), "n", ""),
      with(rsa(), "n", base64url_encode(std::string(2000, 'n'))),
      with(rsa(), "e", "AA"),
      with(rsa(), "e", ""),
      with(rsa(), "e", base64url_encode(std::string(9, 'e'))),
      KeyPair::rsa(1024).jwk(),
      without(ec(), "x"),
      without(ec(), "y"),
      with(ec(), "x", ec()["x"].get<std::string>().substr(0, 42)),
      with(ec(), "y", ""),
      with(ec(), "y", other_y),
      with(ec(), "crv", "P-384"),
      without(okp(), "x"),
      with(okp(), "x", "AAAA"),
      without(oct(), "k"),
      with(oct(), "k", base64url_encode(std::string(31, 'k'))),
      with(oct(), "k", "short"),
      with(oct(), "alg", "RS256"),
  };
  for (const Json& jwk : broken) EXPECT_EQ(code_of(set_of({ec(), jwk})), "parameter_invalid") << jwk;
  EXPECT_EQ(ERR_peek_error(), 0u) << "left for the connections of this thread";
}

TEST(Jwks, RefusesWhatIsNoSet) {
  for (const char* text : {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[],\"keys\":[]}"}) {
    EXPECT_EQ(code_of(KeySet::from_jwks(text)), "parameter_invalid") << text;
  }
}

TEST(Jwks, SaysWhichKeyIsBroken) {
  EXPECT_EQ(set_of({ec(), without(okp(), "x")}).error().detail,
            "key 2 of the set: an Ed25519 key needs \"x\", 32 bytes in base64url");
}

TEST(Jwks, HoldsABoundedNumberOfKeys) {
  EXPECT_TRUE(set_of(std::vector<Json>(KeySet::most_keys, oct())));
  EXPECT_EQ(code_of(set_of(std::vector<Json>(KeySet::most_keys + 1, oct()))), "parameter_invalid");
}

}  // namespace
}  // namespace tidings::auth
