#include "api/append_queue.hpp"

#include "api/testing/hub.hpp"

namespace tidings::api {
namespace {

class AppendQueueTest : public testing::Hub {
 protected:
  static std::vector<store::Event> events(std::size_t payload = 1) {
    store::Event event;
    event.type = "a";
    event.payload = std::string(payload, '1');
    return {event};
  }
  AppendQueue::Done noting() {
    return [this](const store::EventLog::Stored& stored) { answers.push_back(stored); };
  }
  std::size_t commits() { return static_cast<std::size_t>(metrics.counter("tidings_log_commits_total", "").value()); }

  std::vector<store::EventLog::Stored> answers;
};

TEST_F(AppendQueueTest, HandsOverWhatOneTurnBringsTogether) {
  AppendQueue queue(log);
  const auto before = commits();
  for (int i = 0; i < 10; ++i) queue.append(reactor, events(), noting());
  wait_for([&] { return answers.size() == 10; });
  EXPECT_EQ(commits(), before + 1);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(answers[i]->front().sequence, i + 1);
}

TEST_F(AppendQueueTest, DoesNotGatherBeyondItsBounds) {
  AppendQueue queue(log);
  for (std::size_t i = 0; i < AppendQueue::most_requests; ++i) queue.append(reactor, events(), noting());
  queue.append(reactor, events(AppendQueue::most_bytes), noting());
  // Without a turn of the reactor: its end is not what handed these over.
  const auto all = AppendQueue::most_requests + 1;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (log.head().sequence < all && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(log.head().sequence, all);
  EXPECT_TRUE(answers.empty()) << "answered from within";
  wait_for([&] { return answers.size() == all; });
}

TEST_F(AppendQueueTest, IsAnsweredLaterWhereTheLogRefusesAtOnce) {
  store_broken = true;
  AppendQueue queue(log);
  queue.append(reactor, events(), noting());
  wait_for([&] { return answers.size() == 1; });
  queue.append(reactor, events(AppendQueue::most_bytes), noting());
  EXPECT_EQ(answers.size(), 1u);
  wait_for([&] { return answers.size() == 2; });
  for (const auto& answer : answers) EXPECT_EQ(answer.error().code, ErrorCode::store_unavailable);
}

TEST_F(AppendQueueTest, StoresWhatItHoldsWhenItGoesAndAnswersNobody) {
  std::optional<AppendQueue> queue(log);
  queue->append(reactor, events(), noting());
  queue.reset();
  wait_for([&] { return log.head().sequence == 1; });
  log.stop();
  reactor.run_once(Milliseconds{0});
  EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace tidings::api
