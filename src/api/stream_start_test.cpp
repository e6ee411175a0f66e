// Streams whose start is looked up, and what happens meanwhile.
#include <deque>

#include "api/testing/hub.hpp"
#include "events/log_reader.hpp"

namespace tidings::api {
namespace {

// The hub's log, but that times are looked up when the test says so.
class HeldLog final : public events::LogReader {
 public:
  explicit HeldLog(store::EventLog& log) : log_(log) {}
  void read(std::vector<store::Read> reads) override { log_.read(std::move(reads)); }
  void find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) override {
    held.emplace_back([this, time, done] { log_.find_time(time, done); });
    failing.emplace_back([done] { done(fail(ErrorCode::overloaded, "too many read")); });
  }
  [[nodiscard]] store::Cursor head() const override { return log_.head(); }

  std::deque<std::function<void()>> held;
  std::deque<std::function<void()>> failing;  // the same, in vain

 private:
  store::EventLog& log_;
};

class StreamStart : public testing::Hub {
 protected:
  StreamStart() {
    auto made = std::make_unique<HeldLog>(log);
    held_log = made.get();
    streams.attach(std::move(made));
  }

  // A request for a stream from some time on, as far as the look-up of that time.
  testing::ExchangeTestPtr open_since(const std::string& session_id) {
    auto exchange =
        send("GET", "/api/v1/events/stream?since=1h&session_id=" + session_id, {{"Origin", settings.cors_origins[0]}});
    wait_for([&] { return !held_log->held.empty(); });
    return exchange;
  }
  void finish(const testing::ExchangeTestPtr& exchange, const std::deque<std::function<void()>>& with) {
    with.at(0)();
    wait_for([&] { return !exchange->answers.empty(); });
  }
  bool exists(const std::string& session_id) {
    std::optional<bool> found;
    sessions.peek(auth::Sessions::key_of(session_id).value(),
                  [&](const Result<auth::Session>& session) { found = session.has_value(); });
    wait_for([&] { return found.has_value(); });
    return *found;
  }
  std::uint64_t opens() {
    return metrics
        .counter("tidings_stream_opens_total", "Attempts to open a stream, by outcome",
                 {{"result", "ok"}, {"code", "ok"}})
        .value();
  }

  HeldLog* held_log = nullptr;
};

TEST_F(StreamStart, IsWaitedForByNobodyElse) {
  const std::string id = session(token("ada"));
  const auto exchange = open_since(id);
  EXPECT_TRUE(exists(id));
  EXPECT_EQ(streams.open_streams(), 0U);
  finish(exchange, held_log->held);
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_FALSE(exists(id));
  EXPECT_EQ(streams.open_streams(), 1U);
  EXPECT_EQ(opens(), 1U);
}

TEST_F(StreamStart, IsRefusedToAUserWhoIsRevokedMeanwhile) {
  const std::string id = session(token("ada"));
  const auto exchange = open_since(id);
  const auto deletion = ask("DELETE", "/api/v1/connections?user=ada", {{"Authorization", bearer(admin())}});
  EXPECT_EQ(json_of(deletion)["disconnected"], 0);
  finish(exchange, held_log->held);
  EXPECT_EQ(exchange->status(), 401);
  EXPECT_EQ(code_of(exchange), "token_revoked");
  EXPECT_TRUE(exists(id));
  EXPECT_EQ(streams.open_streams(), 0U);
  EXPECT_EQ(opens(), 0U);
}

TEST_F(StreamStart, IsRefusedByAHubThatDrainsMeanwhileAndLeavesTheSession) {
  const std::string id = session(token("ada"));
  const auto exchange = open_since(id);
  draining = true;
  finish(exchange, held_log->held);
  EXPECT_EQ(code_of(exchange), "draining");
  EXPECT_TRUE(exists(id));
  EXPECT_EQ(opens(), 0U);
}

TEST_F(StreamStart, ThatCannotBeLookedUpIsARefusalLikeAnyOther) {
  const std::string id = session(token("ada"));
  const auto exchange = open_since(id);
  finish(exchange, held_log->failing);
  EXPECT_EQ(code_of(exchange), "overloaded");
  EXPECT_EQ(exchange->field("Access-Control-Allow-Origin"), settings.cors_origins[0]);
  EXPECT_TRUE(exists(id));
  EXPECT_TRUE(streams.check_limits("ada", {}));
  EXPECT_EQ(opens(), 0U);
}

}  // namespace
}  // namespace tidings::api
