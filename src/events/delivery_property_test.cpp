// Many streams with filters, slow transports, cuts and resumes, against the plainest model: each client, over all its
// connections, has exactly the events that its filter passes, in order, once.
#include "events/filters.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;
using testing::patterns;

struct Subject {
  std::string user;
  std::string types;
  std::string channels;
  Form form = Form::plain;
  Client connection;
  bool connected = false;
  std::string resume_from;
  std::vector<std::string> received;  // ids of application events
  std::vector<std::string> expected;
};

class DeliveryProperty : public testing::Hub, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  DeliveryProperty() : Hub(2) { settings.streams_per_user = 0; }

  bool chance(std::uint64_t one_in) { return dice.below(one_in) == 0; }
  template <typename T>
  const T& any(const std::vector<T>& from) {
    return from[dice.below(from.size())];
  }

  // Takes over what the peer has read of a connection that ends; what was cut off in the middle is not read.
  static void collect(Subject& subject) {
    for (const auto& event : subject.connection.events()) {
      subject.resume_from = event.id;
      const bool application = event.type.starts_with("app") || event.type == "message";
      if (application) subject.received.push_back(event.id);
    }
  }
  void connect(Subject& subject) {
    StreamOptions stream = options(subject.user);
    stream.types = patterns(subject.types, Names::types);
    stream.channels = patterns(subject.channels, Names::channels);
    stream.form = subject.form;
    if (!subject.resume_from.empty()) stream.start.last_event_id = subject.resume_from;
    if (subject.resume_from.empty()) stream.start.since = StartAt::Earliest{};
    const std::size_t room = chance(2) ? testing::FakeResponse::unlimited : dice.below(4000);
    subject.connection = open(std::move(stream), dice.below(2), room);
    subject.connected = true;
  }
  void cut(Subject& subject) {
    collect(subject);
    if (!subject.connection.response->gone()) subject.connection.close();
    subject.connected = false;
  }

  SeededRandom dice{GetParam()};
};

TEST_P(DeliveryProperty, EachClientReceivesExactlyItsEventsInOrderOnce) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  const std::vector<std::string> users{"u1", "u2", "u3"};
  const std::vector<std::string> types{"app.a", "app.b", "app.a.x"};
  const std::vector<std::string> channels{"n:1", "n:2", "n:1:x", "r:1"};
  const std::vector<std::string> type_filters{"", "app.a", "app.*", "app.**", "app.b,app.a.*"};
  const std::vector<std::string> channel_filters{"", "n:1", "n:*", "n:**,r:1", "*:1", "**"};
  std::vector<Subject> subjects(12);
  for (Subject& subject : subjects) {
    subject.user = any(users);
    subject.types = any(type_filters);
    subject.channels = any(channel_filters);
    subject.form = chance(2) ? Form::plain : Form::envelope;
  }
  const auto passes = [](const Subject& subject, const store::Event& event) {
    if (!subject.types.empty() && !any_matches(patterns(subject.types, Names::types), event.type)) return false;
    if (event.recipients.everyone()) return true;
    if (std::ranges::count(event.recipients.users, subject.user) != 0) return true;
    const auto heard = patterns(subject.channels, Names::channels);
    return std::ranges::any_of(event.recipients.channels, [&](const auto& name) { return any_matches(heard, name); });
  };
  store::EpochId epoch = first_epoch;
  std::uint64_t sequence = 0;
  for (int step = 0; step < 400; ++step) {
    const std::uint64_t burst = chance(60) ? 1500 : dice.below(4);
    for (std::uint64_t i = 0; i < burst; ++i) {
      store::Recipients recipients;
      if (!chance(4)) {
        if (chance(2)) recipients.users.push_back(any(users));
        if (chance(2)) recipients.channels.push_back(any(channels));
        if (chance(4)) recipients.channels.push_back(any(channels));
      }
      const store::Event made = event(std::string(dice.below(40), 'x'), recipients, any(types));
      commit(made);
      const std::string id = cursor(++sequence, epoch);
      for (Subject& subject : subjects) {
        if (passes(subject, made)) subject.expected.push_back(id);
      }
      if (i % 500 == 499) turn(2);
    }
    if (chance(300)) {
      begin_epoch(++epoch);
      sequence = 0;
    }
    Subject& chosen = subjects[dice.below(subjects.size())];
    if (!chosen.connected) {
      connect(chosen);
    } else if (chance(8)) {
      cut(chosen);
    } else {
      chosen.connection.response->give_room(chance(3) ? testing::FakeResponse::unlimited : dice.below(3000));
    }
    if (chance(40)) clock.advance(Seconds{5});
    turn(static_cast<int>(dice.below(3)));
  }
  for (Subject& subject : subjects) {
    if (!subject.connected || subject.connection.response->gone()) {
      if (subject.connected) collect(subject);
      connect(subject);
    }
    subject.connection.response->give_room(testing::FakeResponse::unlimited);
  }
  turn(3000);
  for (Subject& subject : subjects) {
    collect(subject);
    EXPECT_EQ(subject.received.size(), subject.expected.size());
    EXPECT_TRUE(subject.received == subject.expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryProperty, ::testing::Range(std::uint64_t{1}, std::uint64_t{9}));

}  // namespace
}  // namespace tidings::events
