#include "net/listener.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "net/socket.hpp"

namespace tidings::net {
namespace {

ListenAddress at(std::string_view text) { return *ListenAddress::parse(text); }

// A blocking connection to a listener.
Descriptor connect(const ListenAddress& address) {
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length), 0);
  return socket;
}

TEST(Listen, NamesThePortThatTheKernelChose) {
  const auto listener = listen(at("127.0.0.1:0"), 1);
  ASSERT_TRUE(listener) << listener.error().detail;
  EXPECT_TRUE(listener->bound.starts_with("127.0.0.1:"));
  EXPECT_NE(listener->bound, "127.0.0.1:0");
  connect(at(listener->bound));
  EXPECT_EQ(accept_one(listener->sockets[0].get()).outcome, Accept::accepted);
}

TEST(Listen, OpensSocketsThatNeitherBlockNorOutliveAnExec) {
  const auto listener = listen(at("127.0.0.1:0"), 2);
  ASSERT_TRUE(listener);
  for (const auto& socket : listener->sockets) {
    EXPECT_TRUE(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC);
  }
}

TEST(Listen, SpreadsConnectionsOverItsShards) {
  constexpr std::size_t shards = 3;
  const auto listener = listen(at("127.0.0.1:0"), shards);
  ASSERT_TRUE(listener);
  ASSERT_EQ(listener->sockets.size(), shards);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 120; ++i) clients.push_back(connect(at(listener->bound)));
  std::size_t accepted = 0;
  for (const auto& socket : listener->sockets) {
    std::size_t here = 0;
    while (accept_one(socket.get()).outcome == Accept::accepted) ++here;
    EXPECT_GT(here, 0);  // the odds against it are (2/3)^120
    accepted += here;
  }
  EXPECT_EQ(accepted, clients.size());
}

TEST(Listen, RefusesAnAddressWhereAnotherListensAndSaysSo) {
  const auto first = listen(at("127.0.0.1:0"), 2);
  ASSERT_TRUE(first);
  const auto second = listen(at(first->bound), 2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail, "can't listen on " + first->bound + ": another process listens there");
  EXPECT_FALSE(listen(at("0.0.0.0" + first->bound.substr(first->bound.find(':'))), 1));
}

TEST(Listen, TakesAnAddressAgainThatWasLetGoWithConnectionsStillClosing) {
  std::string bound;
  {
    const auto listener = listen(at("127.0.0.1:0"), 1);
    ASSERT_TRUE(listener);
    bound = listener->bound;
    const Descriptor client = connect(at(bound));
    const Accepted accepted = accept_one(listener->sockets[0].get());
    ASSERT_TRUE(accepted.socket);
    ::shutdown(accepted.socket.get(), SHUT_RDWR);  // who closes first leaves the port in TIME_WAIT
  }
  EXPECT_TRUE(listen(at(bound), 2));
}

TEST(Listen, KeepsIpv6ToItself) {
  const auto v6 = listen(at("[::1]:0"), 2);
  ASSERT_TRUE(v6) << v6.error().detail;
  EXPECT_TRUE(v6->bound.starts_with("[::1]:"));
  // Another process may have the same port of IPv4, but hardly ten times in a row.
  bool beside = false;
  for (int tries = 0; tries < 10 && !beside; ++tries) {
    const auto every_v6 = listen(at("[::]:0"), 1);
    ASSERT_TRUE(every_v6);
    beside = listen(at("0.0.0.0" + every_v6->bound.substr(every_v6->bound.rfind(':'))), 1).has_value();
  }
  EXPECT_TRUE(beside);
}

TEST(Listen, SaysWhyItCannot) {
  const auto elsewhere = listen(at("192.0.2.1:0"), 1);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, ErrorCode::internal);
  EXPECT_EQ(elsewhere.error().detail, "can't listen on 192.0.2.1:0: Cannot assign requested address");
}

class UnixListen : public testing::Test {
 protected:
  UnixListen() {
    std::string pattern = std::filesystem::temp_directory_path() / "tidings-listener-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "hub.sock";
    address_ = at("unix:" + path_.string());
  }
  ~UnixListen() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::filesystem::path path_;
  ListenAddress address_;
};

TEST_F(UnixListen, OpensOneSocketForAllShards) {
  const auto listener = listen(address_, 4);
  ASSERT_TRUE(listener) << listener.error().detail;
  EXPECT_EQ(listener->sockets.size(), 1);
  EXPECT_EQ(listener->bound, "unix:" + path_.string());
  connect(address_);
  const Accepted accepted = accept_one(listener->sockets[0].get());
  EXPECT_EQ(accepted.outcome, Accept::accepted);
  EXPECT_EQ(accepted.peer, IpAddress());
}

TEST_F(UnixListen, LetsInItsOwnerAndGroupWhateverTheUmask) {
  const mode_t umask = ::umask(0);
  const auto open_umask = listen(address_, 1);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0660);
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  ::umask(0077);
  const auto close_umask = listen(address_, 1);
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0660);
  ::umask(umask);
}

TEST_F(UnixListen, ReplacesASocketWhereNobodyAnswers) {
  ASSERT_TRUE(listen(address_, 1));  // and is gone at once, but its file is not
  ASSERT_TRUE(std::filesystem::exists(path_));
  const auto listener = listen(address_, 1);
  ASSERT_TRUE(listener) << listener.error().detail;
  connect(address_);
}

TEST_F(UnixListen, RefusesALiveSocket) {
  const auto first = listen(address_, 1);
  ASSERT_TRUE(first);
  const auto second = listen(address_, 1);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find("another process listens there"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixListen, RefusesALiveSocketWhoseBacklogIsFull) {
  const auto first = listen(address_, 1, 0);
  ASSERT_TRUE(first);
  const Descriptor waiting = connect(address_);
  const auto second = listen(address_, 1);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find("another process listens there"), std::string::npos);
}

TEST_F(UnixListen, RefusesToReplaceAnotherKindOfFile) {
  std::ofstream(path_) << "precious";
  const auto listener = listen(address_, 1);
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().detail.find("another kind of file is in its place"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path_), 8);
}

TEST_F(UnixListen, RefusesASocketOfAnotherKind) {
  const Descriptor datagrams(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(datagrams.get(), reinterpret_cast<const sockaddr*>(&address_.storage), address_.length), 0);
  const auto listener = listen(address_, 1);
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().detail.find("Protocol wrong type"), std::string::npos);
}

TEST_F(UnixListen, SaysWhyItCannot) {
  const auto nowhere = listen(at("unix:" + (folder_ / "missing" / "hub.sock").string()), 1);
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().detail.find("No such file or directory"), std::string::npos);
  std::ofstream(path_) << "";
  const auto beneath_a_file = listen(at("unix:" + (path_ / "hub.sock").string()), 1);
  ASSERT_FALSE(beneath_a_file);
  EXPECT_NE(beneath_a_file.error().detail.find("Not a directory"), std::string::npos);
}

}  // namespace
}  // namespace tidings::net
