#include "api/revocation_facts.hpp"
#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

using testing::Hub;

class Connections : public Hub {
 protected:
  testing::ExchangeTestPtr as_admin(std::string method, std::string target) {
    return ask(std::move(method), std::move(target), {{"Authorization", bearer(admin())}});
  }
  static std::size_t count(const testing::ExchangeTestPtr& listing) { return json_of(listing)["connections"].size(); }
};

TEST_F(Connections, AreShownToOperators) {
  const auto open = stream(token("ada", {"novel:*"}), "?channels=novel:1&meta_tab=3&events=a.*");
  const auto listing = json_of(as_admin("GET", "/api/v1/connections"));
  ASSERT_EQ(listing["connections"].size(), 1u);
  EXPECT_TRUE(listing["next"].is_null());
  const auto& shown = listing["connections"][0];
  EXPECT_EQ(shown["id"], connection_id(open));
  EXPECT_EQ(shown["user"], "ada");
  EXPECT_EQ(shown["channels"], nlohmann::json::array({"novel:1"}));
  EXPECT_EQ(shown["metadata"], (nlohmann::json{{"tab", "3"}}));
  EXPECT_EQ(shown["node"], "node-1");
  EXPECT_EQ(shown["behind"], 0);
  for (const char* member : {"address", "opened_at", "expires_at", "cursor"}) {
    EXPECT_TRUE(shown[member].is_string()) << member;
  }
  EXPECT_TRUE(shown.contains("events"));
}

TEST_F(Connections, AreFoundByUserAndChannelAndInPages) {
  const auto first = stream(token("ada", {"novel:*"}), "?channels=novel:1");
  const auto second = stream(token("bob"));
  const auto third = stream(token("bob"));
  EXPECT_EQ(count(as_admin("GET", "/api/v1/connections?user=bob")), 2u);
  EXPECT_EQ(count(as_admin("GET", "/api/v1/connections?channel=novel:1")), 1u);
  EXPECT_EQ(count(as_admin("GET", "/api/v1/connections?user=bob&channel=novel:1")), 0u);
  std::size_t seen = 0;
  std::string next;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = json_of(as_admin("GET", "/api/v1/connections?limit=1" + (next.empty() ? "" : "&after=" + next)));
    seen += page["connections"].size();
    if (page["next"].is_null()) break;
    next = page["next"].get<std::string>();
  }
  EXPECT_EQ(seen, 3u);
}

TEST_F(Connections, AreAskedForInValidWords) {
  for (const char* query :
       {"user=", "user=%01", "channel=", "channel=a::b", "limit=0", "limit=1001", "limit=x", "limit="}) {
    EXPECT_EQ(code_of(as_admin("GET", "/api/v1/connections?" + std::string(query))), "parameter_invalid") << query;
  }
  EXPECT_EQ(code_of(as_admin("GET", "/api/v1/connections?user=a&user=b")), "parameter_repeated");
  EXPECT_EQ(code_of(as_admin("GET", "/api/v1/connections?limit=1&limit=1")), "parameter_repeated");
  EXPECT_EQ(code_of(as_admin("GET", "/api/v1/connections?user=%zz")), "parameter_invalid");
}

TEST_F(Connections, AreNobodyElsesBusiness) {
  const std::string nobody = bearer(token("ada"));
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/api/v1/connections"},
                                                        {"DELETE", "/api/v1/connections?user=ada"},
                                                        {"DELETE", "/api/v1/connections/AAAAAAAAAAAAAAAAAAAAAA"},
                                                        {"GET", "/api/v1/presence?channel=c"}}) {
    EXPECT_EQ(code_of(ask(method, target, {{"Authorization", nobody}})), "admin_required");
    EXPECT_EQ(code_of(ask(method, target)), "token_missing");
  }
}

TEST_F(Connections, EndOneByOne) {
  const auto open = stream(token("ada"));
  EXPECT_EQ(as_admin("DELETE", "/api/v1/connections/" + connection_id(open))->status(), 204);
  wait_for([&] { return open->stream.ended; });
  EXPECT_EQ(code_of(as_admin("DELETE", "/api/v1/connections/" + connection_id(open))), "connection_not_found");
  EXPECT_EQ(code_of(as_admin("DELETE", "/api/v1/connections/x")), "connection_not_found");
}

TEST_F(Connections, EndWithTheirUsersRevocation) {
  const std::string old = token("ada");
  const auto open = stream(old);
  const std::string unused = session(old);
  const auto answer = as_admin("DELETE", "/api/v1/connections?user=ada");
  ASSERT_EQ(answer->status(), 200);
  EXPECT_EQ(json_of(answer)["disconnected"], 1);
  wait_for([&] { return open->stream.bytes.find(R"("reason":"revoked","reconnect":false)") != std::string::npos; });
  EXPECT_EQ(code_of(ask("GET", "/api/v1/events/stream", {{"Authorization", bearer(old)}})), "token_revoked");
  EXPECT_EQ(code_of(ask("GET", "/api/v1/events/stream?session_id=" + unused)), "token_revoked");
  clock.advance(Seconds{1});
  EXPECT_EQ(ask("GET", "/api/v1/events/stream", {{"Authorization", bearer(token("ada"))}})->status(), 200);
}

TEST_F(Connections, StayRevokedAfterARestart) {
  ASSERT_EQ(as_admin("DELETE", "/api/v1/connections?user=ada")->status(), 200);
  auth::Revocations loaded;
  ASSERT_TRUE(load_revocations(log, loaded));
  const auto now = std::chrono::floor<Seconds>(clock.wall().time_since_epoch()).count();
  EXPECT_TRUE(loaded.revoked("ada", now));
  EXPECT_FALSE(loaded.revoked("ada", now + 1));
}

TEST_F(Connections, KeepALaterRevocationWhenTheCalendarIsSetBack) {
  ASSERT_EQ(as_admin("DELETE", "/api/v1/connections?user=ada")->status(), 200);
  const auto now = std::chrono::floor<Seconds>(clock.wall().time_since_epoch()).count();
  clock.set_wall(clock.wall() - Seconds{10});
  ASSERT_EQ(as_admin("DELETE", "/api/v1/connections?user=ada")->status(), 200);
  auth::Revocations loaded;
  ASSERT_TRUE(load_revocations(log, loaded));
  EXPECT_TRUE(loaded.revoked("ada", now));
}

TEST_F(Connections, RefuseARevocationThatIsNotANumber) {
  bool stored = false;
  log.put_fact("revoked/ada", "soon", [&](const Result<void>&) { reactor.post([&] { stored = true; }); });
  wait_for([&] { return stored; });
  auth::Revocations loaded;
  EXPECT_EQ(load_revocations(log, loaded).error().code, ErrorCode::store_unavailable);
}

TEST_F(Connections, AreDeletedOnlyForAUserThatIsNamed) {
  EXPECT_EQ(code_of(as_admin("DELETE", "/api/v1/connections")), "parameter_invalid");
  EXPECT_EQ(code_of(as_admin("DELETE", "/api/v1/connections?user=")), "parameter_invalid");
}

TEST_F(Connections, StayWhereThereIsNoRoomForTheRevocation) {
  auth::Revocations none(0);
  Services full{settings, clock, random, tokens, sessions, none, publisher_keys, log, streams, metrics, draining};
  std::optional<ErrorCode> refused;
  revoke(full, "ada", [&](const Result<std::int64_t>& done) { refused = done.error().code; });
  EXPECT_EQ(refused, ErrorCode::overloaded);
  EXPECT_TRUE(log.facts("revoked/").value().empty());
  auth::Revocations loaded(0);
  ASSERT_EQ(as_admin("DELETE", "/api/v1/connections?user=ada")->status(), 200);
  EXPECT_TRUE(load_revocations(log, loaded));
  EXPECT_EQ(loaded.size(), 1u);
}

TEST_F(Connections, StayWhereTheRevocationCannotBeStored) {
  store_broken = true;
  EXPECT_EQ(as_admin("DELETE", "/api/v1/connections?user=ada")->status(), 503);
  EXPECT_EQ(load_revocations(log, revocations).error().code, ErrorCode::store_unavailable);
}

TEST_F(Connections, MakePresence) {
  const auto first = stream(token("ada", {"novel:*"}), "?channels=novel:1");
  const auto second = stream(token("ada", {"novel:*"}), "?channels=novel:*");
  const auto third = stream(token("bob", {"novel:*"}), "?channels=novel:2");
  const auto presence = json_of(as_admin("GET", "/api/v1/presence?channel=novel:1"));
  EXPECT_EQ(presence["channel"], "novel:1");
  EXPECT_EQ(presence["users"], (nlohmann::json::array({{{"user", "ada"}, {"connections", 2}}})));
  EXPECT_TRUE(presence["next"].is_null());
  EXPECT_EQ(code_of(as_admin("GET", "/api/v1/presence")), "parameter_invalid");
  EXPECT_EQ(code_of(as_admin("GET", "/api/v1/presence?channel=a::b")), "parameter_invalid");
}

}  // namespace
}  // namespace tidings::api
