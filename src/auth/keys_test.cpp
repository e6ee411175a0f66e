#include "auth/keys.hpp"

#include <gtest/gtest.h>

#include "auth/testing/forge.hpp"
#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::KeyPair;

constexpr std::string_view every_algorithm[] = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                                                "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"};

TEST(Algorithm, HasTheNameOfItsStandard) {
  for (const auto text : every_algorithm) EXPECT_EQ(name(parse_algorithm(text).value()), text);
  for (const char* text : {"none", "None", "hs256", "HS1", "ES512", "ES256K", "RSA-OAEP", "", "HS256 "}) {
    EXPECT_EQ(parse_algorithm(text), std::nullopt) << text;
  }
}

TEST(SecretKey, VerifiesItsOwnAlgorithmOnly) {
  for (const char* text : {"HS256", "HS384", "HS512"}) {
    const Algorithm algorithm = *parse_algorithm(text);
    const Key key = Key::from_secret(testing::secret, algorithm).value();
    const std::string mac = testing::hmac_signer(testing::secret, text)("data");
    EXPECT_TRUE(key.verify(algorithm, "data", mac));
    EXPECT_FALSE(key.verify(algorithm, "date", mac));
    EXPECT_FALSE(key.verify(algorithm, "data", mac.substr(1)));
    EXPECT_FALSE(key.verify(algorithm, "data", ""));
    for (const auto other : every_algorithm) EXPECT_EQ(key.allows(*parse_algorithm(other)), other == text);
  }
}

TEST(SecretKey, RefusesShortSecretsAndOtherAlgorithms) {
  EXPECT_TRUE(Key::from_secret(std::string(32, 'x'), Algorithm::HS256));
  EXPECT_FALSE(Key::from_secret(std::string(31, 'x'), Algorithm::HS256));
  EXPECT_FALSE(Key::from_secret(testing::secret, Algorithm::RS256));
}

// Whatever the way that a public key came by, it verifies what its other half has signed, under each of its algorithms.
class PublicKeys : public ::testing::TestWithParam<std::string_view> {};

void verifies(const Key& key, std::string_view text) {
  const Algorithm algorithm = *parse_algorithm(text);
  const std::string signature = KeyPair::shared(text).signer(text)("data");
  EXPECT_TRUE(key.verify(algorithm, "data", signature));
  EXPECT_FALSE(key.verify(algorithm, "date", signature));
  EXPECT_FALSE(key.verify(algorithm, "data", signature.substr(1)));
  EXPECT_FALSE(key.verify(algorithm, "data", ""));
  for (const auto other : every_algorithm) {
    if (other == text) continue;
    EXPECT_FALSE(key.verify(*parse_algorithm(other), "data", signature)) << other;
  }
  EXPECT_EQ(ERR_peek_error(), 0u) << "left for the connections of this thread";
}

TEST_P(PublicKeys, VerifyFromPem) {
  verifies(Key::from_pem(KeyPair::shared(GetParam()).public_pem(), std::nullopt).value(), GetParam());
}

TEST_P(PublicKeys, VerifyFromACertificate) {
  verifies(Key::from_pem(KeyPair::shared(GetParam()).certificate_pem(), std::nullopt).value(), GetParam());
}

TEST_P(PublicKeys, VerifyFromAJwk) {
  const Json jwks{{"keys", {KeyPair::shared(GetParam()).jwk()}}};
  verifies(KeySet::from_jwks(jwks.dump()).value().keys().at(0), GetParam());
}

TEST_P(PublicKeys, CanBeNarrowed) {
  const Algorithm algorithm = *parse_algorithm(GetParam());
  const Key key = Key::from_pem(KeyPair::shared(GetParam()).public_pem(), algorithm).value();
  verifies(key, GetParam());
  for (const auto other : every_algorithm) EXPECT_EQ(key.allows(*parse_algorithm(other)), other == GetParam());
  EXPECT_FALSE(Key::from_pem(KeyPair::shared(GetParam()).public_pem(), Algorithm::HS256));
}

INSTANTIATE_TEST_SUITE_P(EachAlgorithm, PublicKeys,
                         ::testing::Values("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                                           "EdDSA"),
                         [](const auto& each) { return std::string(each.param); });

TEST(EcdsaKey, RefusesASignatureOfZeros) {
  // CVE-2022-21449: r = s = 0 verified anything.
  const Key key = Key::from_pem(KeyPair::shared("ES256").public_pem(), std::nullopt).value();
  EXPECT_FALSE(key.verify(Algorithm::ES256, "data", std::string(64, '\0')));
}

TEST(Pem, RefusesPrivateKeysWithoutReadingThem) {
  for (const char* text : {"RS256", "ES256", "EdDSA"}) {
    const auto key = Key::from_pem(KeyPair::shared(text).private_pem(), std::nullopt);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().detail.find("private key"), std::string::npos);
  }
  const auto both = Key::from_pem(KeyPair::shared("ES256").public_pem() + KeyPair::shared("ES256").private_pem(), {});
  EXPECT_FALSE(both);
}

TEST(Pem, RefusesWhatHoldsNoUsableKey) {
  const auto block = [](const std::string& label, const std::string& content) {
    return "-----BEGIN " + label + "-----\n" + content + "\n-----END " + label + "-----\n";
  };
  const std::string cases[] = {
      "",
      "hello",
      "-----BEGIN PUBLIC KEY-----\nMFkw",
      block("PUBLIC KEY", "AAAA"),
      block("CERTIFICATE", "AAAA"),
      block("RSA PUBLIC KEY", "AAAA"),
      KeyPair::rsa(1024).public_pem(),
      KeyPair::ec("P-521").public_pem(),
      KeyPair::of_type("X25519").public_pem(),
      KeyPair::shared("ES256").public_pem() + KeyPair::shared("EdDSA").public_pem(),
      std::string(most_key_file_bytes + 1, ' '),
  };
  for (const std::string& pem : cases) {
    const auto key = Key::from_pem(pem, std::nullopt);
    EXPECT_EQ(testing::code_of(key), "parameter_invalid") << pem.substr(0, 300);
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(Pem, TakesTheFirstCertificateOfAChain) {
  const std::string chain = KeyPair::shared("ES256").certificate_pem() + KeyPair::shared("EdDSA").certificate_pem();
  EXPECT_TRUE(Key::from_pem(chain, std::nullopt).value().allows(Algorithm::ES256));
}

TEST(KeySet, MergesAndNarrows) {
  KeySet keys = testing::secret_keys();
  EXPECT_FALSE(keys.empty());
  KeySet others;
  EXPECT_TRUE(others.empty());
  others.add(Key::from_pem(KeyPair::shared("RS256").public_pem(), std::nullopt).value());
  keys.merge(others);
  EXPECT_EQ(keys.keys().size(), 2u);
  const KeySet narrow = keys.narrowed(Algorithm::PS256);
  ASSERT_EQ(narrow.keys().size(), 1u);
  EXPECT_TRUE(narrow.keys()[0].allows(Algorithm::PS256));
  EXPECT_FALSE(narrow.keys()[0].allows(Algorithm::RS256));
}

}  // namespace
}  // namespace tidings::auth
