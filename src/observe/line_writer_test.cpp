#include "observe/line_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "platform/descriptor.hpp"

namespace tidings::observe {
namespace {

// A pipe that holds two pages, and blocks whoever writes more.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
    EXPECT_EQ(::fcntl(writer.get(), F_SETPIPE_SZ, 8192), 8192);
  }
  std::string read() const {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(reader.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(got)};
  }
  Descriptor reader;
  Descriptor writer;
};

TEST(WriteLine, WritesLines) {
  const Pipe pipe;
  EXPECT_TRUE(write_line(pipe.writer.get(), "one\n"));
  EXPECT_TRUE(write_line(pipe.writer.get(), "two\n"));
  EXPECT_EQ(pipe.read(), "one\ntwo\n");
}

TEST(WriteLine, LeavesLinesOutInsteadOfWaitingForItsReader) {
  const Pipe pipe;
  const std::string line = std::string(longest_line - 1, 'x') + '\n';
  EXPECT_TRUE(write_line(pipe.writer.get(), line));
  EXPECT_TRUE(write_line(pipe.writer.get(), line));
  EXPECT_FALSE(write_line(pipe.writer.get(), line));
  EXPECT_FALSE(write_line(pipe.writer.get(), "short\n"));
  EXPECT_EQ(pipe.read(), line + line);
  EXPECT_TRUE(write_line(pipe.writer.get(), "short\n"));
}

TEST(WriteLine, SurvivesADescriptorThatIsClosed) { EXPECT_FALSE(write_line(-1, "gone\n")); }

TEST(WriteLine, SurvivesAReaderThatIsGone) {
  Pipe pipe;
  pipe.reader.reset();
  EXPECT_FALSE(write_line(pipe.writer.get(), "gone\n"));
}

}  // namespace
}  // namespace tidings::observe
