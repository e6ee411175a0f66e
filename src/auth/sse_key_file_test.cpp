#include "auth/sse_key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;

class SseKeyFile : public ::testing::Test {
 protected:
  SseKeyFile() : folder_(::testing::TempDir() + "tidings-sse-key-" + std::to_string(::getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~SseKeyFile() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& content, ::mode_t mode = 0600) {
    std::ofstream(path_, std::ios::binary) << content;
    ::chmod(path_.c_str(), mode);
  }

  std::string folder_;
  std::string path_ = folder_ + "/sse-key";
  SeededRandom random_{1};
};

TEST_F(SseKeyFile, IsMadeOnceForItsOwnerOnly) {
  const auto first = load_or_create_sse_key(path_, random_);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(load_or_create_sse_key(path_, random_).value(), *first);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(SseKeyFile, IsMadeAnewWhereAHubDiedOverIt) {
  std::ofstream(path_ + ".new") << "half a k";
  EXPECT_TRUE(load_or_create_sse_key(path_, random_));
}

// Another hub makes the file while this one draws its key.
class LateRandom final : public Random {
 public:
  explicit LateRandom(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
  void fill(std::span<std::byte> bytes) override {
    meanwhile_();
    for (auto& byte : bytes) byte = std::byte{7};
  }

 private:
  std::function<void()> meanwhile_;
};

TEST_F(SseKeyFile, IsNeverReplaced) {
  SseKey theirs{};
  LateRandom late{[&] { theirs = load_or_create_sse_key(path_, random_).value(); }};
  EXPECT_EQ(load_or_create_sse_key(path_, late).value(), theirs);
}

TEST_F(SseKeyFile, IsRefusedWhereOthersMayReadIt) {
  write(std::string(43, 'A') + "\n", 0640);
  const auto key = load_or_create_sse_key(path_, random_);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().detail.find(path_), std::string::npos);
  EXPECT_NE(key.error().detail.find("0600"), std::string::npos);
}

TEST_F(SseKeyFile, IsRefusedWhereItHoldsAnythingElse) {
  const std::string secret_looking = "canary-not-a-key";
  for (const std::string& content : {std::string(), secret_looking, std::string(44, 'A'), std::string(43, '*') + "\n",
                                     std::string(43, 'A') + "\n\n", std::string(42, 'A') + "B\n"}) {
    write(content);
    const auto key = load_or_create_sse_key(path_, random_);
    ASSERT_EQ(code_of(key), "internal") << content;
    EXPECT_EQ(key.error().detail.find("canary"), std::string::npos);
  }
}

TEST_F(SseKeyFile, IsAFileAndNoLink) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(code_of(load_or_create_sse_key(path_, random_)), "internal");
  std::filesystem::remove(path_);
  std::filesystem::create_symlink("elsewhere", path_);
  EXPECT_EQ(code_of(load_or_create_sse_key(path_, random_)), "internal");
}

TEST_F(SseKeyFile, NeedsItsFolder) {
  EXPECT_EQ(code_of(load_or_create_sse_key(folder_ + "/missing/sse-key", random_)), "internal");
}

}  // namespace
}  // namespace tidings::auth
