#include "observe/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "observe/line_writer.hpp"
#include "platform/descriptor.hpp"

namespace tidings::observe {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    redirect_log([this](std::string_view line) { lines_.emplace_back(line); });
  }
  void TearDown() override {
    redirect_log({});
    configure_log(Level::info, Format::text);
  }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesAnEventWithItsFields) {
  log(Level::info, "listening", {{"address", "127.0.0.1:8080"}, {"shards", 2}});
  ASSERT_EQ(lines_.size(), 1);
  EXPECT_EQ(lines_[0].substr(lines_[0].find(' ')), " info listening address=127.0.0.1:8080 shards=2");
}

TEST_F(LogTest, WritesJsonWhereToldTo) {
  configure_log(Level::info, Format::json);
  log(Level::error, "failed");
  ASSERT_EQ(lines_.size(), 1);
  EXPECT_NE(lines_[0].find(R"("level":"error","event":"failed"})"), std::string::npos);
}

TEST_F(LogTest, IsSilentBelowItsLevel) {
  configure_log(Level::warning, Format::text);
  EXPECT_FALSE(log_enabled(Level::info));
  EXPECT_TRUE(log_enabled(Level::warning));
  log(Level::debug, "a");
  log(Level::info, "b");
  log(Level::warning, "c");
  log(Level::error, "d");
  EXPECT_EQ(lines_.size(), 2);
}

TEST_F(LogTest, KeepsLinesOfSeveralThreadsApart) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 100; ++j) log(Level::info, "shared");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(lines_.size(), 400);
}

// Standard error becomes a pipe that holds two pages, of which the kernel calls only empty ones writable.
class StandardError : public LogTest {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = Descriptor(ends[0]);
    const Descriptor writer(ends[1]);
    ASSERT_EQ(::fcntl(writer.get(), F_SETPIPE_SZ, 8192), 8192);
    saved_ = Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    ASSERT_EQ(::dup2(writer.get(), STDERR_FILENO), STDERR_FILENO);
  }
  void TearDown() override {
    ::dup2(saved_.get(), STDERR_FILENO);
    LogTest::TearDown();
  }
  std::string read() const {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(reader_.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(got)};
  }
  static void fill(std::size_t pages) {
    const std::string bytes(pages * 4096, 'x');
    ASSERT_EQ(::write(STDERR_FILENO, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

 private:
  Descriptor reader_;
  Descriptor saved_;
};

TEST_F(StandardError, GetsEachLineWithItsNewline) {
  log(Level::info, "first");
  log(Level::info, "second");
  const std::string got = read();
  EXPECT_NE(got.find(" info first\n"), std::string::npos);
  EXPECT_EQ(got.back(), '\n');
}

TEST_F(StandardError, HearsOfTheLinesThatDidNotFitOnceThereIsRoomAgain) {
  fill(2);
  log(Level::info, "unheard");
  log(Level::info, "unheard");
  read();
  log(Level::info, "heard");
  const std::string got = read();
  EXPECT_EQ(got.find("unheard"), std::string::npos);
  EXPECT_NE(got.find(" info heard\n"), std::string::npos);
  EXPECT_NE(got.find(" warning log_lines_lost count=2\n"), std::string::npos);
}

TEST_F(StandardError, HearsOfLostLinesLaterWhereOnlyTheNextLineFits) {
  fill(2);
  log(Level::info, "unheard");
  read();
  fill(1);
  log(Level::info, "heard");
  EXPECT_EQ(read().find("log_lines_lost"), std::string::npos);
  log(Level::info, "heard");
  EXPECT_NE(read().find(" warning log_lines_lost count=1\n"), std::string::npos);
}

TEST_F(StandardError, HearsOfLinesForWhichThereWasNoMemory) {
  redirect_log([](std::string_view) { throw std::bad_alloc(); });
  log(Level::info, "unheard");
  redirect_log({});
  log(Level::info, "heard");
  EXPECT_NE(read().find(" warning log_lines_lost count=1\n"), std::string::npos);
}

}  // namespace
}  // namespace tidings::observe
