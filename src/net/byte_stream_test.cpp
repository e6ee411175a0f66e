#include "net/byte_stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

namespace tidings::net {
namespace {

std::vector<iovec> pieces_of(const std::vector<std::string>& texts) {
  std::vector<iovec> pieces;
  for (const auto& text : texts) pieces.push_back({const_cast<char*>(text.data()), text.size()});
  return pieces;
}

class ByteStreamTest : public testing::Test {
 protected:
  ByteStreamTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    near_ = ByteStream(Descriptor(ends[0]));
    far_ = ByteStream(Descriptor(ends[1]));
  }
  // Everything that waits at `stream`.
  static std::string read_all(ByteStream& stream) {
    std::string all;
    std::array<char, 65536> buffer{};
    for (;;) {
      const Transfer got = stream.read(buffer);
      if (got.outcome != Outcome::done) return all;
      all.append(buffer.data(), got.bytes);
    }
  }
  static Transfer write(ByteStream& stream, const std::vector<std::string>& texts) {
    return stream.write(pieces_of(texts));
  }

  ByteStream near_;
  ByteStream far_;
  std::array<char, 16> buffer_{};
};

TEST_F(ByteStreamTest, CarriesPiecesInOrder) {
  const Transfer taken = write(near_, {"one ", "", "two ", "three"});
  EXPECT_EQ(taken.outcome, Outcome::done);
  EXPECT_EQ(taken.bytes, 13);
  EXPECT_EQ(read_all(far_), "one two three");
}

TEST_F(ByteStreamTest, CarriesMorePiecesThanTheKernelTakesAtOnce) {
  const std::vector<std::string> texts(5000, "x");
  std::string got;
  std::vector<iovec> pieces = pieces_of(texts);
  std::span<const iovec> rest(pieces);
  while (!rest.empty()) {
    const Transfer taken = near_.write(rest);
    ASSERT_NE(taken.outcome, Outcome::broken);
    rest = rest.subspan(taken.bytes);  // a byte each
    got += read_all(far_);
  }
  EXPECT_EQ(got, std::string(5000, 'x'));
}

TEST_F(ByteStreamTest, SaysHowMuchItTookWhereItIsFull) {
  const std::string much(1 << 22, 'x');
  const Transfer first = write(near_, {much});
  EXPECT_EQ(first.outcome, Outcome::blocked);
  EXPECT_GT(first.bytes, 0);
  EXPECT_LT(first.bytes, much.size());
  const Transfer second = write(near_, {much});
  EXPECT_EQ(second.outcome, Outcome::blocked);
  EXPECT_EQ(second.bytes, 0);
  EXPECT_EQ(read_all(far_).size(), first.bytes);
  EXPECT_GT(write(near_, {much}).bytes, 0);
}

TEST_F(ByteStreamTest, TakesNothingForWholly) { EXPECT_EQ(write(near_, {}).outcome, Outcome::done); }

TEST_F(ByteStreamTest, ReadsWhatFitsAndThenTheRest) {
  write(near_, {std::string(20, 'x')});
  const Transfer first = far_.read(buffer_);
  EXPECT_EQ(first.outcome, Outcome::done);
  EXPECT_EQ(first.bytes, 16);
  EXPECT_EQ(far_.read(buffer_).bytes, 4);
  const Transfer nothing = far_.read(buffer_);
  EXPECT_EQ(nothing.outcome, Outcome::blocked);
  EXPECT_EQ(nothing.bytes, 0);
}

TEST_F(ByteStreamTest, SaysWhichReadEmptiedTheSocket) {
  write(near_, {std::string(20, 'x')});
  EXPECT_FALSE(far_.read(buffer_).last);
  EXPECT_TRUE(far_.read(buffer_).last);
  write(near_, {std::string(16, 'x')});
  EXPECT_FALSE(far_.read(buffer_).last);  // as many as asked for: there may be more
  EXPECT_FALSE(far_.read(buffer_).last);
}

TEST_F(ByteStreamTest, EndsCleanlyAfterShutdownAndCarriesTheOtherDirectionStill) {
  write(near_, {"last"});
  near_.shutdown();
  EXPECT_EQ(far_.read(buffer_).bytes, 4);
  EXPECT_EQ(far_.read(buffer_).outcome, Outcome::ended);
  EXPECT_EQ(write(far_, {"answer"}).outcome, Outcome::done);
  EXPECT_EQ(near_.read(buffer_).bytes, 6);
  EXPECT_EQ(write(near_, {"too late"}).outcome, Outcome::broken);
}

TEST_F(ByteStreamTest, IsBrokenWhereThePeerIsGoneAndRaisesNoSignal) {
  write(near_, {"unread"});
  far_.close();
  EXPECT_FALSE(far_);
  EXPECT_EQ(write(near_, {"x"}).outcome, Outcome::broken);
}

TEST_F(ByteStreamTest, IsBrokenByAReset) {
  write(far_, {"unread by near"});
  write(near_, {"unread by far"});
  far_.close();
  EXPECT_EQ(near_.read(buffer_).outcome, Outcome::done);
  EXPECT_EQ(near_.read(buffer_).outcome, Outcome::broken);
}

TEST_F(ByteStreamTest, KnowsItsDescriptor) {
  EXPECT_TRUE(near_);
  EXPECT_GE(near_.descriptor(), 0);
  EXPECT_FALSE(near_.secure());
  EXPECT_EQ(ByteStream().descriptor(), -1);
}

// Turns every letter by half the alphabet: enough to see that everything passes through it.
class Rot13 final : public SecureLayer {
 public:
  explicit Rot13(bool& gone) : gone_(gone) {}
  ~Rot13() override { gone_ = true; }
  Transfer read(int socket, std::span<char> into) override {
    const ssize_t got = ::recv(socket, into.data(), into.size(), 0);
    if (got <= 0) return {0, Outcome::blocked};
    for (char& letter : into.first(static_cast<std::size_t>(got))) letter = turned(letter);
    return {static_cast<std::size_t>(got), Outcome::done};
  }
  Transfer write(int socket, std::span<const iovec> pieces) override {
    std::string text;
    for (const iovec& piece : pieces) text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    for (char& letter : text) letter = turned(letter);
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    return {static_cast<std::size_t>(sent), Outcome::done};
  }
  void shutdown(int socket) override { ::send(socket, ".", 1, MSG_NOSIGNAL); }

 private:
  static char turned(char letter) { return static_cast<char>('a' + (letter - 'a' + 13) % 26); }
  bool& gone_;
};

TEST_F(ByteStreamTest, PassesEverythingThroughItsLayer) {
  bool gone = false;
  near_ = ByteStream(Descriptor(::dup(near_.descriptor())), std::make_unique<Rot13>(gone));
  EXPECT_TRUE(near_.secure());
  write(near_, {"tid", "ings"});
  near_.shutdown();
  EXPECT_EQ(read_all(far_), "gvqvatf.");
  write(far_, {"nyy"});
  EXPECT_FALSE(near_.read(buffer_).last);  // it alone knows what it holds
  write(far_, {"nyy"});
  EXPECT_EQ(read_all(near_), "all");
  EXPECT_FALSE(gone);
  near_.close();
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace tidings::net
