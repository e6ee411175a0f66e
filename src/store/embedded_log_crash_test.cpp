// The hub's end in the middle of everything: another process publishes, is killed, and what it was told is looked for.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <map>

#include "platform/descriptor.hpp"
#include "store/embedded_log.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

constexpr const char* folder_variable = "TIDINGS_CRASH_TEST_FOLDER";
constexpr const char* durability_variable = "TIDINGS_CRASH_TEST_DURABILITY";
constexpr int report_descriptor = 3;

// What the publishing process says of each event that was acknowledged.
struct Acknowledged {
  Cursor cursor;
  std::uint64_t number = 0;
};

// Publishes without waiting for answers until the process is killed.
[[noreturn]] void publish_until_killed(const char* folder, Durability durability) {
  SystemClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  testing::Recorder recorder;
  EmbeddedLog log(make_rocksdb_store({.folder = folder}), {.durability = durability, .retention = {}}, clock, random,
                  recorder, metrics);
  if (!log.start()) _exit(1);
  for (;;) {
    const std::uint64_t number = random.next_u64();
    log.append({testing::for_everyone(std::to_string(number))}, [number](Result<std::vector<Cursor>> done) {
      if (!done) return;
      const Acknowledged said{done->front(), number};
      if (::write(report_descriptor, &said, sizeof said) != sizeof said) _exit(1);
    });
    if (number % 64 == 0) testing::tick_now(log);
  }
}

// The test program started with a folder in its environment is the publishing process.
class Publisher final : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* folder = std::getenv(folder_variable);
    if (folder == nullptr) return;
    const bool process = std::strcmp(std::getenv(durability_variable), "process") == 0;
    publish_until_killed(folder, process ? Durability::process : Durability::fsync);
  }
};
[[maybe_unused]] const auto* const publisher = ::testing::AddGlobalTestEnvironment(new Publisher);

// Starts the publishing process, kills it after so many acknowledgements, and gives all that it said.
std::vector<Acknowledged> publish_and_kill(const std::filesystem::path& folder, const std::string& durability,
                                           std::size_t count) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), report_descriptor);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "/proc/self/exe";
  std::string folder_setting = std::string(folder_variable) + "=" + folder.string();
  std::string durability_setting = std::string(durability_variable) + "=" + durability;
  std::array<char*, 2> arguments{program.data(), nullptr};
  std::array<char*, 3> environment{folder_setting.data(), durability_setting.data(), nullptr};
  pid_t process = 0;
  EXPECT_EQ(::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environment.data()), 0);
  posix_spawn_file_actions_destroy(&actions);
  writing.reset();

  std::vector<Acknowledged> all;
  Acknowledged said;
  while (::read(reading.get(), &said, sizeof said) == sizeof said) {
    all.push_back(said);
    if (all.size() == count) ::kill(process, SIGKILL);  // what is in the pipe by then was said too
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  return all;
}

struct EmbeddedLogCrash : ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Durabilities, EmbeddedLogCrash, ::testing::Values("process", "fsync"),
                         [](const auto& which) { return which.param; });

TEST_P(EmbeddedLogCrash, LosesNoAcknowledgedEventAndUsesNoCursorTwice) {
  const testing::LogLines lines;
  const testing::TemporaryFolder folder;
  std::map<Cursor, std::uint64_t> acknowledged;
  for (std::size_t round = 0; round < 10; ++round) {
    for (const Acknowledged& said : publish_and_kill(folder.path(), GetParam(), 1 + round * 37)) {
      EXPECT_TRUE(acknowledged.emplace(said.cursor, said.number).second) << said.cursor.text();
    }
    const auto store = make_rocksdb_store({.folder = folder.path()});
    const auto recovered = store->open();
    ASSERT_TRUE(recovered) << recovered.error().detail;
    EXPECT_FALSE(recovered->tail_may_be_lost);
    std::map<Cursor, std::uint64_t> found;
    for (Position after = 0; after < recovered->head;) {
      const auto records = store->scan(after, recovered->head, 1'000'000);
      ASSERT_TRUE(records);
      for (const RecordPtr& record : *records) {
        found.emplace(recovered->epochs.cursor_of_event(record->position), std::stoull(record->event.payload));
      }
      ASSERT_FALSE(records->empty());
      after = records->back()->position;
    }
    for (const auto& [cursor, number] : acknowledged) EXPECT_EQ(found[cursor], number) << cursor.text();
  }
}

}  // namespace
}  // namespace tidings::store
