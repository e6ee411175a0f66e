#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "auth/keys.hpp"
#include "auth/testing/forge.hpp"
#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;
using testing::KeyPair;

class KeyFile : public ::testing::Test {
 protected:
  KeyFile() : path_(::testing::TempDir() + "tidings-key-file-" + std::to_string(::getpid())) {}
  ~KeyFile() override { std::filesystem::remove(path_); }
  Result<KeySet> load(const std::string& content, std::optional<Algorithm> only = std::nullopt) {
    std::ofstream(path_, std::ios::binary) << content;
    return load_key_file(path_, only);
  }
  std::string path_;
};

TEST_F(KeyFile, MayBePem) {
  const auto set = load(KeyPair::shared("ES384").public_pem());
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->keys().at(0).allows(Algorithm::ES384));
}

TEST_F(KeyFile, MayBeAJwks) {
  const std::string jwks =
      "\n {\"keys\":[" + KeyPair::shared("RS256").jwk().dump() + "," + KeyPair::shared("ES256").jwk().dump() + "]}";
  EXPECT_EQ(load(jwks)->keys().size(), 2u);
  EXPECT_EQ(load(jwks, Algorithm::PS512)->keys().size(), 1u);
  EXPECT_EQ(code_of(load(jwks, Algorithm::EdDSA)), "parameter_invalid");
}

TEST_F(KeyFile, IsNamedByItsErrors) {
  for (const char* content : {"", "{", "nothing", "{\"keys\":[]}"}) {
    const auto set = load(content);
    ASSERT_FALSE(set) << content;
    EXPECT_NE(set.error().detail.find(path_), std::string::npos);
  }
  const auto missing = load_key_file(path_ + "-missing", std::nullopt);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("No such file"), std::string::npos);
  EXPECT_FALSE(load_key_file(::testing::TempDir(), std::nullopt));
}

TEST_F(KeyFile, IsOfBoundedSize) {
  const std::string jwks = "{\"keys\":[" + KeyPair::shared("ES256").jwk().dump() + "]}";
  EXPECT_TRUE(load(jwks + std::string(most_key_file_bytes - jwks.size(), ' ')));
  EXPECT_FALSE(load(jwks + std::string(most_key_file_bytes - jwks.size() + 1, ' ')));
}

}  // namespace
}  // namespace tidings::auth
