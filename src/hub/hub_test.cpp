#include "hub/hub.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "hub/commands.hpp"
#include "hub/testing/scratch_folder.hpp"
#include "hub/testing/secrets.hpp"
#include "net/address.hpp"
#include "observe/log.hpp"
#include "platform/descriptor.hpp"

namespace tidings::hub {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::secret;

using Flags = std::vector<std::pair<std::string, std::string>>;

constexpr Config::Machine small_machine{.cores = 2, .descriptors = 1'024};

// Everything that the hub logs while this lives.
class LogLines {
 public:
  LogLines() {
    observe::configure_log(observe::Level::info, observe::Format::text);
    observe::redirect_log([this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    });
  }
  ~LogLines() { observe::redirect_log({}); }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // The value of a field of the newest line about `event`; empty where there is none.
  std::string field(const std::string& event, const std::string& name) {
    const auto all = lines();
    for (auto line = all.rbegin(); line != all.rend(); ++line) {
      const auto start = line->find(" " + name + "=");
      if (line->find(" " + event + " ") == std::string::npos || start == std::string::npos) continue;
      const auto value = start + name.size() + 2;
      return line->substr(value, line->find(' ', value) - value);
    }
    return "";
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

// The whole answer to a request with `Connection: close`.
std::string ask(const std::string& address, const std::string& method, const std::string& path,
                const std::string& token, const std::string& body = "") {
  const net::ListenAddress where = net::ListenAddress::parse(address).value();
  const Descriptor socket(::socket(where.storage.ss_family, SOCK_STREAM, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where.storage), where.length) != 0) return "refused";
  std::string request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  EXPECT_EQ(::write(socket.get(), request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(socket.get(), buffer, sizeof(buffer))) > 0;) answer.append(buffer, count);
  return answer;
}

std::string fetch(const std::string& address, const std::string& path) { return ask(address, "GET", path, ""); }

// A member of the JSON that an answer holds.
std::string token_of(const std::string& answer, const std::string& name) {
  const std::string before = "\"" + name + "\":\"";
  const std::size_t begin = answer.find(before);
  EXPECT_NE(begin, std::string::npos) << answer;
  return begin == std::string::npos
             ? ""
             : answer.substr(begin + before.size(), answer.find('"', begin + before.size()) - begin - before.size());
}

class RunningHub : public ::testing::Test {
 protected:
  Given given(Flags flags) {
    Sources sources;
    sources.flags = std::move(flags);
    sources.flags.emplace_back("data_dir", folder.path() + "/data");
    return Given::read(sources).value();
  }
  std::unique_ptr<Hub> make(const Flags& flags) {
    Given settings = given(flags);
    Config config = Config::from(settings, small_machine).value();
    return std::make_unique<Hub>(std::move(settings), std::move(config), clock, random);
  }
  Configured<void> reload(Hub& hub, const Flags& flags) {
    const Given settings = given(flags);
    const Config config = Config::from(settings, small_machine).value();
    return hub.reload(settings, config);
  }
  Flags usual{{"listen", "127.0.0.1:0"}, {"store", "memory"}, {"auth.secret", secret}, {"drain", "100ms"}};

  SystemClock clock;
  SystemRandom random;
  testing::ScratchFolder folder;
  LogLines log;
};

TEST_F(RunningHub, AnswersOnceItHasStartedAndIsGoneOnceItHasStopped) {
  const auto hub = make(usual);
  ASSERT_TRUE(hub->start());
  ASSERT_EQ(hub->listening().size(), 1);
  const std::string address = hub->listening()[0];
  EXPECT_EQ(log.field("listening", "address"), address);
  EXPECT_THAT(log.lines(), Contains(HasSubstr(" ready ")));
  EXPECT_THAT(fetch(address, "/healthz"), HasSubstr("200 OK"));
  EXPECT_THAT(fetch(address, "/readyz"), HasSubstr("200 OK"));
  hub->stop();
  EXPECT_EQ(fetch(address, "/healthz"), "refused");
  EXPECT_THAT(log.lines(), Contains(HasSubstr(" stopped")));
}

TEST_F(RunningHub, IsNotReadyWhileItDrains) {
  const auto hub = make(usual);
  ASSERT_TRUE(hub->start());
  std::promise<void> drained;
  hub->drain([&] { drained.set_value(); });
  EXPECT_THAT(fetch(hub->listening()[0], "/readyz"), HasSubstr("503"));
  drained.get_future().wait();
}

TEST_F(RunningHub, KeepsAdministrationToItsOwnAddress) {
  usual.emplace_back("admin.listen", "127.0.0.1:0");
  const auto hub = make(usual);
  ASSERT_TRUE(hub->start());
  const auto lines = log.lines();
  const auto admin = std::ranges::find_if(lines, [](const auto& line) { return line.find("side=admin") != line.npos; });
  ASSERT_NE(admin, lines.end());
  const auto start = admin->find("address=") + 8;
  EXPECT_THAT(fetch(admin->substr(start, admin->find(' ', start) - start), "/metrics"), HasSubstr("200 OK"));
  EXPECT_THAT(fetch(hub->listening()[0], "/metrics"), Not(HasSubstr("200 OK")));
}

TEST_F(RunningHub, ListensOnASocketFileAndTakesItAway) {
  const std::string path = folder.path() + "/hub.socket";
  const auto hub = make({{"listen", "unix:" + path}, {"store", "memory"}, {"auth.secret", secret}});
  ASSERT_TRUE(hub->start());
  EXPECT_THAT(fetch("unix:" + path, "/healthz"), HasSubstr("200 OK"));
  hub->stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RunningHub, KeepsItsLogOverARestart) {
  const Flags embedded{{"listen", "127.0.0.1:0"}, {"auth.secret", secret}};
  ASSERT_TRUE(make(embedded)->start());
  const std::string epoch = log.field("epoch_started", "epoch");
  EXPECT_EQ(epoch.size(), 16);
  const auto again = make(embedded);
  ASSERT_TRUE(again->start());
  EXPECT_EQ(log.field("epoch_started", "epoch"), epoch);
}

TEST_F(RunningHub, RefusesAFolderOrAnAddressThatAnotherHubUses) {
  const auto first = make({{"listen", "127.0.0.1:0"}, {"auth.secret", secret}});
  ASSERT_TRUE(first->start());
  const auto same_folder = make({{"listen", "127.0.0.1:0"}, {"auth.secret", secret}})->start();
  ASSERT_FALSE(same_folder);
  EXPECT_THAT(same_folder.error().detail, HasSubstr(folder.path()));
  const auto address = first->listening()[0];
  const auto same_address = make({{"listen", address}, {"store", "memory"}, {"auth.secret", secret}})->start();
  ASSERT_FALSE(same_address);
  EXPECT_THAT(same_address.error().detail, HasSubstr(address));
  EXPECT_THAT(fetch(address, "/healthz"), HasSubstr("200 OK"));
}

TEST_F(RunningHub, RefusesAnAdminAddressThatIsTaken) {
  const auto first = make(usual);
  ASSERT_TRUE(first->start());
  Flags flags = usual;
  flags.emplace_back("admin.listen", first->listening()[0]);
  EXPECT_FALSE(make(flags)->start());
}

TEST_F(RunningHub, RefusesAFolderThatCantBeMadeAndKeysThatCantBeRead) {
  usual.emplace_back("auth.keys", folder.path() + "/absent.pem");
  EXPECT_THAT(make(usual)->start().error().detail, HasSubstr("auth.keys = \"" + folder.path() + "/absent.pem\""));
  usual.pop_back();
  folder.file("data", "a file where the folder should be");
  EXPECT_THAT(make(usual)->start().error().detail, HasSubstr("data_dir"));
}

TEST_F(RunningHub, KeepsARandomKeyForSseTokensWhereItHasNoSecret) {
  const std::string jwks =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  const Flags flags{{"listen", "127.0.0.1:0"}, {"store", "memory"}, {"auth.keys", folder.file("jwks.json", jwks)}};
  ASSERT_TRUE(make(flags)->start());
  const std::string key = folder.path() + "/data/sse-token.key";
  ASSERT_TRUE(std::filesystem::exists(key));
  EXPECT_EQ(std::filesystem::status(key).permissions(), std::filesystem::perms(0600));
  folder.file("data/sse-token.key", "no key");
  EXPECT_FALSE(make(flags)->start());
}

TEST_F(RunningHub, TakesOnKeysAndLimitsAndNamesTheRest) {
  const auto hub = make(usual);
  ASSERT_TRUE(hub->start());
  Flags changed = usual;
  changed.emplace_back("publish.key", secret);
  changed.emplace_back("stream.heartbeat", "3s");
  ASSERT_TRUE(reload(*hub, changed));
  EXPECT_THAT(log.lines(), Contains(HasSubstr(" keys_reloaded")));
  EXPECT_THAT(log.lines(), Contains(HasSubstr(" limits_reloaded")));
  EXPECT_EQ(log.field("reload_needs_restart", "setting"), "stream.heartbeat");
}

TEST_F(RunningHub, BelievesNothingThatWasSignedWithAReplacedSecret) {
  Flags dev = usual;
  dev.emplace_back("dev", "true");
  const auto hub = make(dev);
  ASSERT_TRUE(hub->start());
  const std::string address = hub->listening()[0];
  const std::string access = token_of(ask(address, "POST", "/dev/token", "", R"({"user":"u"})"), "access_token");
  const std::string sse = token_of(ask(address, "POST", "/api/v1/auth/sse-token", access), "sse_token");
  const auto session = [&](const std::string& token) { return ask(address, "POST", "/api/v1/events/session", token); };
  EXPECT_THAT(session(sse), HasSubstr("201 Created"));

  Flags changed = dev;
  std::ranges::replace_if(
      changed, [](const auto& flag) { return flag.first == "auth.secret"; },
      std::pair<std::string, std::string>{"auth.secret", "another secret, of 32 bytes and more"});
  ASSERT_TRUE(reload(*hub, changed));
  EXPECT_THAT(session(access), HasSubstr("401 Unauthorized"));
  EXPECT_THAT(session(sse), HasSubstr("401 Unauthorized"));
  // What the hub signs itself, it signs with the new one.
  const std::string renewed = token_of(ask(address, "POST", "/dev/token", "", R"({"user":"u"})"), "access_token");
  const std::string other = token_of(ask(address, "POST", "/api/v1/auth/sse-token", renewed), "sse_token");
  EXPECT_THAT(session(other), HasSubstr("201 Created"));
}

TEST_F(RunningHub, StaysAsItWasWhereKeysCantBeReloaded) {
  const auto hub = make(usual);
  ASSERT_TRUE(hub->start());
  Flags changed = usual;
  changed.emplace_back("auth.keys", folder.path() + "/absent.pem");
  EXPECT_FALSE(reload(*hub, changed));
  EXPECT_THAT(log.lines(), Not(Contains(HasSubstr(" keys_reloaded"))));
  EXPECT_THAT(fetch(hub->listening()[0], "/healthz"), HasSubstr("200 OK"));
}

TEST_F(RunningHub, ServesFromItsCommandToItsSignal) {
  Command command;
  command.sources.flags = {{"listen", "127.0.0.1:0"},
                           {"store", "memory"},
                           {"dev", "true"},
                           {"data_dir", folder.path() + "/data"},
                           {"drain", "0s"}};
  int status = -1;
  std::thread served([&] { status = serve(command, clock, random); });
  const auto logged = [&](std::string_view event) {
    const auto lines = log.lines();
    return std::ranges::any_of(lines, [&](const auto& line) { return line.find(event) != line.npos; });
  };
  while (!logged(" ready ")) std::this_thread::yield();
  // To that thread alone: others of this process were there before it, and block nothing.
  pthread_kill(served.native_handle(), SIGHUP);
  while (!logged(" limits_reloaded")) std::this_thread::yield();
  command.sources.flags.emplace_back("publish.key", "too short");
  pthread_kill(served.native_handle(), SIGHUP);
  while (!logged(" reload_failed ")) std::this_thread::yield();
  pthread_kill(served.native_handle(), SIGTERM);
  served.join();
  EXPECT_EQ(status, 0);
}

TEST_F(RunningHub, EndsWithAStatusThatSaysWhyItDidNotServe) {
  Command command;
  command.sources.flags = {{"store", "memory"}};
  EXPECT_EQ(serve(command, clock, random), 2);
  folder.file("data", "a file where the folder should be");
  command.sources.flags = {{"auth.secret", secret}, {"data_dir", folder.path() + "/data"}};
  EXPECT_EQ(serve(command, clock, random), 1);
}

}  // namespace
}  // namespace tidings::hub
