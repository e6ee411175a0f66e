#include "api/node_questions.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <map>
#include <mutex>

#include "api/testing/hub.hpp"
#include "redis/testing/server_process.hpp"

namespace tidings::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t own_number = 1;
constexpr std::uint32_t other_number = 2;

// A hub that shares its Redis with another, which answers as the test says.
class SharedHub : public testing::Hub {
 protected:
  SharedHub() {
    thread.start();
    other_thread.start();
    stream_settings.node = own_number;
    own = std::make_unique<shared::Nodes>(node(own_number, "own"), thread, system_clock, random, metrics);
    other =
        std::make_unique<shared::Nodes>(node(other_number, "other"), other_thread, system_clock, random, other_metrics);
    services.nodes = own.get();
    services.revoker = &revoker;
    own->join([this](const std::string& kind, const std::string& question, shared::Nodes::Reply reply) {
      answers.answer(kind, question, std::move(reply));
    });
    other->join([this](const std::string& kind, const std::string& question, const shared::Nodes::Reply& reply) {
      const std::lock_guard lock(mutex);
      asked[kind] = question;
      if (const auto found = says.find(kind); found != says.end()) reply(found->second);
    });
    // Until both know of each other.
    wait_for([this] { return ask_own("presence", R"({"channel":"a","limit":1})").size() == 1; });
    says["presence"] = R"({"items":[],"more":false})";
    wait_for([this] { return json_of(as_admin("GET", "/api/v1/presence?channel=a")).count("missing") == 0; });
    says.clear();
  }
  ~SharedHub() override {
    own.reset();
    other.reset();
  }

  shared::NodeSettings node(std::uint32_t number, std::string name) const {
    return {.address = *redis::Address::parse("redis://" + redis.where().text()), .number = number, .name = name};
  }
  testing::ExchangeTestPtr as_admin(std::string method, std::string target) {
    return ask(std::move(method), std::move(target), {{"Authorization", bearer(admin())}});
  }
  // What this hub answers the other.
  std::vector<std::string> ask_own(std::string kind, std::string question) {
    std::optional<std::vector<std::string>> answer;
    std::mutex guard;
    other->ask(std::move(kind), std::move(question), [&](shared::Nodes::Answers got) {
      const std::lock_guard lock(guard);
      answer = std::move(got.answers);
    });
    wait_for([&] {
      const std::lock_guard lock(guard);
      return answer.has_value();
    });
    return *answer;
  }
  std::string id_at(std::uint32_t number) { return events::ConnectionId::make(number, 0, random).text(); }

  redis::testing::ServerProcess redis = redis::testing::ServerProcess::server();
  SystemClock system_clock;
  observe::Metrics other_metrics;
  shared::ReactorThread thread{system_clock};
  shared::ReactorThread other_thread{system_clock};
  Revoker revoker{revocations, streams, reactor};
  NodeAnswers answers{services, revoker};
  std::mutex mutex;
  std::map<std::string, std::string> says;   // by the other hub, to each kind of question
  std::map<std::string, std::string> asked;  // of it
  std::unique_ptr<shared::Nodes> own;
  std::unique_ptr<shared::Nodes> other;
};

TEST_F(SharedHub, ListsTheConnectionsOfAllHubs) {
  const auto here = stream(token("ada", {"novel:*"}), "?channels=novel:1");
  says["connections"] = R"({"items":[{"id":"!first","user":"bob"},{"id":"~last","user":"cleo"}],"more":false})";
  const auto all = json_of(as_admin("GET", "/api/v1/connections?channel=novel:1"));
  ASSERT_EQ(all["connections"].size(), 3U);
  EXPECT_EQ(all["connections"][0]["id"], "!first");
  EXPECT_EQ(all["connections"][1]["id"], connection_id(here));
  EXPECT_EQ(all["connections"][2]["user"], "cleo");
  EXPECT_TRUE(all["next"].is_null());
  EXPECT_FALSE(all.contains("missing"));
  EXPECT_THAT(asked["connections"], HasSubstr(R"("channel":"novel:1")"));
  const auto page = json_of(as_admin("GET", "/api/v1/connections?limit=2"));
  EXPECT_EQ(page["connections"].size(), 2U);
  EXPECT_EQ(page["next"], connection_id(here));
}

TEST_F(SharedHub, NamesTheHubsThatDoNotAnswer) {
  EXPECT_THAT(json_of(as_admin("GET", "/api/v1/connections"))["missing"], ElementsAre("other"));
  EXPECT_THAT(json_of(as_admin("GET", "/api/v1/presence?channel=a"))["missing"], ElementsAre("other"));
  EXPECT_THAT(json_of(as_admin("DELETE", "/api/v1/connections?user=ada"))["missing"], ElementsAre("other"));
  says["connections"] = says["presence"] = "nonsense";
  EXPECT_THAT(json_of(as_admin("GET", "/api/v1/connections"))["missing"], ElementsAre("unknown"));
  EXPECT_THAT(json_of(as_admin("GET", "/api/v1/presence?channel=a"))["missing"], ElementsAre("unknown"));
}

TEST_F(SharedHub, AddsUpThePresenceOfAllHubs) {
  const auto here = stream(token("bob", {"novel:*"}), "?channels=novel:1");
  says["presence"] = R"({"items":[{"user":"ada","connections":1},{"user":"bob","connections":2}],"more":true})";
  const auto page = json_of(as_admin("GET", "/api/v1/presence?channel=novel:1"));
  ASSERT_EQ(page["users"].size(), 2U);
  EXPECT_EQ(page["users"][0]["user"], "ada");
  EXPECT_EQ(page["users"][1]["connections"], 3);
  EXPECT_EQ(page["next"], "bob");
}

TEST_F(SharedHub, CountsNothingThatIsNoNumberOfConnections) {
  const auto here = stream(token("bob", {"novel:*"}), "?channels=novel:1");
  for (const char* connections : {R"("two")", "-1", "1.5", "null", "[]"}) {
    says["presence"] = R"({"items":[{"user":"bob","connections":)" + std::string(connections) + R"(}],"more":false})";
    const auto page = json_of(as_admin("GET", "/api/v1/presence?channel=novel:1"));
    EXPECT_EQ(page["users"][0]["connections"], 1) << connections;
  }
}

TEST_F(SharedHub, EndsAUsersStreamsOnAllHubs) {
  const auto here = stream(token("ada"));
  says["disconnect_user"] = "4";
  EXPECT_EQ(json_of(as_admin("DELETE", "/api/v1/connections?user=ada"))["disconnected"], 5);
  wait_for([&] { return here->stream.bytes.find(R"("reason":"revoked")") != std::string::npos; });
  EXPECT_THAT(asked["disconnect_user"], HasSubstr(R"("user":"ada")"));
}

TEST_F(SharedHub, EndsAUsersStreamsEachTimeThatItIsAskedTo) {
  says["disconnect_user"] = "0";
  const auto first = stream(token("ada"));
  EXPECT_EQ(json_of(as_admin("DELETE", "/api/v1/connections?user=ada"))["disconnected"], 1);
  // The clock of who issues tokens is ahead: so this one was not issued until now.
  clock.set_wall(clock.wall() + Seconds{1});
  const std::string ahead = token("ada");
  clock.set_wall(clock.wall() - Seconds{1});
  const auto second = stream(ahead);
  EXPECT_EQ(json_of(as_admin("DELETE", "/api/v1/connections?user=ada"))["disconnected"], 1);
  wait_for([&] { return second->stream.bytes.find(R"("reason":"revoked")") != std::string::npos; });
}

TEST_F(SharedHub, EndsOneConnectionWhereverItIs) {
  const std::string there = "/api/v1/connections/" + id_at(other_number);
  says["disconnect"] = "true";
  EXPECT_EQ(as_admin("DELETE", there)->status(), 204);
  says["disconnect"] = "false";
  EXPECT_EQ(code_of(as_admin("DELETE", there)), "connection_not_found");
  says.clear();
  EXPECT_EQ(code_of(as_admin("DELETE", there)), "store_unavailable");
  EXPECT_EQ(code_of(as_admin("DELETE", "/api/v1/connections/" + id_at(77))), "connection_not_found");
  const auto here = stream(token("ada"));
  EXPECT_EQ(as_admin("DELETE", "/api/v1/connections/" + connection_id(here))->status(), 204);
}

TEST_F(SharedHub, ExtendsAStreamWhereverItIs) {
  const std::string there = "/api/v1/connections/" + id_at(other_number) + "/token";
  const auto extend = [&](const std::string& where) {
    return ask("POST", where, {{"Authorization", bearer(token("ada", {"novel:*"}))}});
  };
  says["extend"] = "true";
  EXPECT_EQ(extend(there)->status(), 204);
  says["extend"] = "false";
  EXPECT_EQ(code_of(extend(there)), "connection_not_found");
  says.clear();
  EXPECT_EQ(code_of(extend(there)), "store_unavailable");
  const auto here = stream(token("ada"));
  EXPECT_EQ(extend("/api/v1/connections/" + connection_id(here) + "/token")->status(), 204);
}

TEST_F(SharedHub, AnswersWhatOthersAsk) {
  const auto here = stream(token("ada", {"novel:*"}), "?channels=novel:1");
  const std::string id = connection_id(here);
  EXPECT_THAT(ask_own("connections", R"({"user":"ada","limit":5})"), ElementsAre(HasSubstr(id)));
  EXPECT_THAT(ask_own("presence", R"({"channel":"novel:1","limit":5})"), ElementsAre(HasSubstr(R"("connections":1)")));
  auth::Identity identity;
  identity.user = "ada";
  identity.expires_at = clock.wall() + Seconds{7'200};
  identity.permissions.subscribe = {*events::Pattern::parse("novel:*", events::Names::channels)};
  EXPECT_THAT(ask_own("extend", question_of_extension(id, identity)), ElementsAre("true"));
  const auto listed = json_of(as_admin("GET", "/api/v1/connections"));
  EXPECT_EQ(listed["connections"][0]["expires_at"], to_rfc3339(identity.expires_at));
  identity.user = "bob";
  EXPECT_THAT(ask_own("extend", question_of_extension(id, identity)), ElementsAre("false"));
  EXPECT_THAT(ask_own("extend", R"({"id":"?"})"), ElementsAre("false"));
  EXPECT_THAT(ask_own("disconnect", R"({"id":"?"})"), ElementsAre("false"));
  EXPECT_THAT(ask_own("disconnect", question_of_disconnection(id)), ElementsAre("true"));
  const auto again = stream(token("ada"));
  const auto until = std::chrono::floor<Seconds>(clock.wall().time_since_epoch()).count();
  EXPECT_THAT(ask_own("disconnect_user", question_of_user("ada", until)), ElementsAre("1"));
  EXPECT_THAT(ask_own("disconnect_user", question_of_user("ada", until)), ElementsAre("0"));
  EXPECT_TRUE(revocations.revoked("ada", until));
  EXPECT_TRUE(ask_own("connections", "[]").empty());
  EXPECT_TRUE(ask_own("something else", "{}").empty());
}

TEST_F(SharedHub, AppliesRevocationsThatOtherHubsStored) {
  const auto here = stream(token("ada"));
  revoker.on_fact("something/else", "1");
  revoker.on_fact("revoked/ada", "soon");
  EXPECT_FALSE(revocations.revoked("ada", 1));
  revoker.on_fact("revoked/ada", "1700000000");
  EXPECT_TRUE(revocations.revoked("ada", 1'700'000'000));
  wait_for([&] { return here->stream.bytes.find(R"("reason":"revoked")") != std::string::npos; });
  // Who asks for the same a little later counts what the log's word has ended, once.
  EXPECT_THAT(ask_own("disconnect_user", question_of_user("ada", 1'700'000'000)), ElementsAre("1"));
  EXPECT_THAT(ask_own("disconnect_user", question_of_user("ada", 1'700'000'000)), ElementsAre("0"));
}

TEST_F(SharedHub, CountsWhatARevocationEndsWhileItIsAskedAbout) {
  const auto here = stream(token("ada"));
  std::vector<std::size_t> counts;
  const auto count = [&](std::size_t ended) { counts.push_back(ended); };
  revoker.end_streams("ada", 1'700'000'000, count);
  revoker.on_fact("revoked/ada", "1700000000");
  revoker.end_streams("ada", 1'700'000'000, count);
  wait_for([&] { return counts.size() == 2; });
  EXPECT_THAT(counts, ElementsAre(1, 0));
}

TEST_F(SharedHub, SparesTokensThatWereIssuedAfterARevocationWhichComesLate) {
  const auto older = stream(token("ada"));
  const auto extended = stream(token("ada"));
  clock.advance(Seconds{1});
  const auto newer = stream(token("ada"));
  auto identity = tokens.verify_access(token("ada")).value();
  EXPECT_THAT(ask_own("extend", question_of_extension(connection_id(extended), identity)), ElementsAre("true"));
  revoker.on_fact("revoked/ada", "1700000000");
  wait_for([&] { return older->stream.bytes.find(R"("reason":"revoked")") != std::string::npos; });
  EXPECT_EQ(streams.open_streams(), 2U);
  // A hub of an older version does not say when a token was issued.
  identity.issued_at.reset();
  EXPECT_THAT(ask_own("extend", question_of_extension(connection_id(extended), identity)), ElementsAre("true"));
  revoker.on_fact("revoked/ada", "1700000000");
  wait_for([&] { return extended->stream.bytes.find(R"("reason":"revoked")") != std::string::npos; });
  EXPECT_EQ(streams.open_streams(), 1U);
  EXPECT_FALSE(newer->stream.ended);
}

}  // namespace
}  // namespace tidings::api
