#include "auth/sessions.hpp"

#include <gtest/gtest.h>

#include <map>

#include "auth/evp.hpp"
#include "auth/session_codec.hpp"
#include "auth/testing/verifier.hpp"

namespace tidings::auth {
namespace {

using testing::code_of;

// A store that keeps what it is given and fails when told to.
class FakeSessionStore final : public store::SessionStore {
 public:
  void put(const store::SessionKey& key, std::string_view user, std::string value, Milliseconds ttl,
           std::function<void(Result<void>)> done) override {
    if (failure) return done(tl::unexpected(*failure));
    last_user = user;
    last_ttl = ttl;
    values[key] = std::move(value);
    done({});
  }
  void take(const store::SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) override {
    peek(key, std::move(done));
    values.erase(key);
  }
  void peek(const store::SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) override {
    if (failure) return done(tl::unexpected(*failure));
    const auto found = values.find(key);
    if (found == values.end()) return done(std::optional<std::string>{});
    done(std::optional<std::string>{found->second});
  }
  void set_limits(store::SessionLimits) override {}
  std::size_t size() const override { return values.size(); }

  std::map<store::SessionKey, std::string> values;
  std::optional<Error> failure;
  std::string last_user;
  Milliseconds last_ttl{};
};

class SessionsTest : public ::testing::Test {
 protected:
  SessionTicket create(const Session& session) {
    Result<SessionTicket> ticket = fail(ErrorCode::internal, "not called");
    sessions_.create(session, [&](Result<SessionTicket> made) { ticket = std::move(made); });
    return ticket.value();
  }
  Result<void> take(std::string_view id) {
    const auto key = Sessions::key_of(id);
    if (!key) return tl::unexpected(key.error());
    Result<void> outcome = fail(ErrorCode::internal, "not called");
    sessions_.take(*key, [&](Result<void> taken) { outcome = std::move(taken); });
    return outcome;
  }
  Result<Session> peek(std::string_view id) {
    const auto key = Sessions::key_of(id);
    if (!key) return tl::unexpected(key.error());
    Result<Session> session = fail(ErrorCode::internal, "not called");
    sessions_.peek(*key, [&](Result<Session> found) { session = std::move(found); });
    return session;
  }
  static Session full_session() {
    Session session;
    session.identity.user = "anna";
    session.identity.permissions.subscribe = {events::Pattern::parse("novel:*", events::Names::channels).value()};
    session.identity.permissions.publish = {events::Pattern::parse("novel:42:*", events::Names::channels).value(),
                                            events::Pattern::parse("**", events::Names::channels).value()};
    session.identity.permissions.admin = true;
    session.identity.issued_at = 1'699'999'999;
    session.identity.expires_at = WallTime{Milliseconds{1'700'003'600'500}};
    session.options = {"chapter.*", "novel:42", {{"tab", "1"}, {"note", "é\"\n"}}, "0-1", "15m", "envelope"};
    session.created_at = WallTime{Milliseconds{1'700'000'000'123}};
    return session;
  }

  ManualClock clock_;
  SeededRandom random_{7};
  FakeSessionStore store_;
  Sessions sessions_{store_, random_, clock_, Seconds{30}};
};

TEST_F(SessionsTest, GiveBackWhatTheyWereMadeOfOnce) {
  const Session made = full_session();
  const SessionTicket ticket = create(made);
  EXPECT_EQ(ticket.expires_at, clock_.wall() + Seconds{30});
  EXPECT_EQ(store_.last_user, "anna");
  EXPECT_EQ(store_.last_ttl, Seconds{30});
  const auto found = peek(ticket.id);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->identity.user, "anna");
  EXPECT_EQ(found->identity.issued_at, made.identity.issued_at);
  EXPECT_EQ(found->identity.expires_at, made.identity.expires_at);
  EXPECT_EQ(found->identity.permissions.subscribe, made.identity.permissions.subscribe);
  EXPECT_EQ(found->identity.permissions.publish, made.identity.permissions.publish);
  EXPECT_TRUE(found->identity.permissions.admin);
  EXPECT_EQ(found->options.events, "chapter.*");
  EXPECT_EQ(found->options.channels, "novel:42");
  EXPECT_EQ(found->options.metadata, made.options.metadata);
  EXPECT_EQ(found->options.last_event_id, "0-1");
  EXPECT_EQ(found->options.since, "15m");
  EXPECT_EQ(found->options.format, "envelope");
  EXPECT_EQ(found->created_at, made.created_at);
  EXPECT_EQ(code_of(take(ticket.id)), "ok");
  EXPECT_EQ(code_of(take(ticket.id)), "session_invalid");
  EXPECT_EQ(code_of(peek(ticket.id)), "session_invalid");
}

TEST_F(SessionsTest, KeepWhatWasNotGivenAbsent) {
  Session made;
  made.identity.user = "bert";
  const auto found = peek(create(made).id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->identity.issued_at, std::nullopt);
  EXPECT_FALSE(found->identity.permissions.admin);
  EXPECT_TRUE(found->identity.permissions.subscribe.empty());
  EXPECT_TRUE(found->identity.permissions.publish.empty());
  EXPECT_EQ(found->options.events, std::nullopt);
  EXPECT_EQ(found->options.format, std::nullopt);
  EXPECT_TRUE(found->options.metadata.empty());
}

TEST_F(SessionsTest, HaveIdsOf256BitsThatFitAUrlAndAreNotStored) {
  const SessionTicket one = create(full_session());
  const SessionTicket two = create(full_session());
  EXPECT_NE(one.id, two.id);
  EXPECT_EQ(one.id.size(), 43u);
  EXPECT_EQ(one.id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  ASSERT_TRUE(store_.values.contains(evp::sha256(one.id)));
  for (const auto& [key, value] : store_.values) EXPECT_EQ(value.find(one.id), std::string::npos);
}

TEST_F(SessionsTest, RefuseWhatIsNoId) {
  for (const char* id : {"", "short", "*******************************************",
                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(code_of(Sessions::key_of(id)), "session_invalid");
  }
}

TEST_F(SessionsTest, PassOnWhatTheStoreSays) {
  const SessionTicket ticket = create(full_session());
  store_.failure = Error{ErrorCode::session_limit, "too many", Seconds{3}};
  Result<SessionTicket> refused = fail(ErrorCode::internal, "not called");
  sessions_.create(full_session(), [&](Result<SessionTicket> made) { refused = std::move(made); });
  ASSERT_EQ(code_of(refused), "session_limit");
  EXPECT_EQ(refused.error().retry_after, Seconds{3});
  EXPECT_EQ(code_of(take(ticket.id)), "session_limit");
}

TEST(StoredSession, HoldsTextsOfAnyLengthAndTimesBefore1970) {
  Session session;
  session.identity.user = std::string(255, 'u');
  session.identity.issued_at = -1;
  session.identity.expires_at = WallTime{Milliseconds{-2}};
  session.options.since = "";
  session.options.metadata.assign(events::most_labels, {"tab", std::string(256, '\xff')});
  const auto read = read_session(write_session(session));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->identity.user, session.identity.user);
  EXPECT_EQ(read->identity.issued_at, -1);
  EXPECT_EQ(read->identity.expires_at, session.identity.expires_at);
  EXPECT_EQ(read->options.since, "");
  EXPECT_EQ(read->options.channels, std::nullopt);
  EXPECT_EQ(read->options.metadata, session.options.metadata);
}

// A stream packs them with a NUL after each, so they must not hold one, whoever writes to the store.
TEST(StoredSession, HoldsNoNamesThatNoRequestCanBringIn) {
  Session good;
  good.identity.user = "anna";
  good.options.metadata = {{"tab", "1"}};
  ASSERT_EQ(code_of(read_session(write_session(good))), "ok");
  for (const std::string& user : {std::string(), std::string("a\0b", 3), std::string("\xff"), std::string(256, 'u')}) {
    Session bad = good;
    bad.identity.user = user;
    EXPECT_EQ(code_of(read_session(write_session(bad))), "internal");
  }
  const events::Labels labels{{"", "1"}, {"Tab", "1"}, {std::string("t\0", 2), "1"}, {"tab", std::string("\0", 1)}};
  for (const auto& label : labels) {
    Session bad = good;
    bad.options.metadata = {label};
    EXPECT_EQ(code_of(read_session(write_session(bad))), "internal") << label.first;
  }
  Session bad = good;
  bad.options.metadata.assign(events::most_labels + 1, {"tab", "1"});
  EXPECT_EQ(code_of(read_session(write_session(bad))), "internal");
}

TEST(StoredSession, IsRefusedWhereItIsNotWhatWasStored) {
  Session session;
  session.identity.user = "anna";
  session.identity.permissions.publish = {events::Pattern::parse("novel:*", events::Names::channels).value()};
  session.options.format = "envelope";
  session.options.metadata = {{"tab", "1"}};
  const std::string stored = write_session(session);
  ASSERT_EQ(code_of(read_session(stored)), "ok");
  for (std::size_t size = 1; size < stored.size(); ++size) {
    EXPECT_EQ(code_of(read_session(stored.substr(0, size))), "internal") << size;
  }
  EXPECT_EQ(code_of(read_session(stored + '\0')), "internal");
  std::string unknown = stored;
  unknown[1] = static_cast<char>(unknown[1] | '\x80');
  EXPECT_EQ(code_of(read_session(unknown)), "internal");
}

TEST(StoredSession, OfAnotherVersionIsNone) {
  for (const char* stored : {"", "\2", "{\"user\":\"anna\",\"permissions\":{}}"}) {
    EXPECT_EQ(code_of(read_session(stored)), "session_invalid") << stored;
  }
}

TEST(StoredSession, IsRefusedWhereAPatternIsNone) {
  for (auto list : {&Permissions::subscribe, &Permissions::publish}) {
    Session session;
    session.identity.user = "anna";
    (session.identity.permissions.*list) = {events::Pattern::parse("novel:*", events::Names::channels).value()};
    std::string stored = write_session(session);
    stored[stored.find("novel")] = '\1';
    EXPECT_EQ(code_of(read_session(stored)), "internal");
  }
}

}  // namespace
}  // namespace tidings::auth
