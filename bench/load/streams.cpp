#include "streams.hpp"

#include "clock.hpp"
#include "give_up.hpp"
#include "mark.hpp"
#include "stream.hpp"

namespace tidings::bench {
namespace {

constexpr std::size_t most_opening = 200;               // at a time, well within a listener's queue
constexpr std::uint64_t longest_silence = 30 * second;  // while something is still expected
constexpr std::size_t buffer_bytes = 256 * 1024;

}  // namespace

Streams::Streams(Poller& poller, const Options& options)
    : poller_(poller), options_(options), requests_(options), buffer_(buffer_bytes), numbers_(options.publishers) {}

Streams::~Streams() = default;

void Streams::connect() { streams_.emplace_back(*this, streams_.size(), options_.port); }

void Streams::open(std::size_t count) { open(count, options_.opening == 0 ? most_opening : options_.opening); }

void Streams::open(std::size_t count, std::size_t at_a_time) {
  const std::uint64_t deadline = now_nanoseconds() + longest_silence + count * (second / 500);
  while (greeted_ < count) {
    while (streams_.size() < count && streams_.size() - greeted_ < at_a_time) connect();
    poller_.serve(now_nanoseconds() + second);
    if (now_nanoseconds() > deadline) give_up("not all streams opened in time");
  }
}

void Streams::prepare(std::size_t count) {
  for (std::size_t number = 0; number < count; ++number) tokens_.push_back(requests_.access_token_of(number));
}

void Streams::open_prepared() { open(tokens_.size(), options_.opening == 0 ? tokens_.size() : options_.opening); }

std::string Streams::next_event(std::size_t publisher) {
  expected_ += streams_.size();
  const Mark mark{publisher, ++numbers_[publisher], now_nanoseconds()};
  return requests_.event(mark.data(options_.data_bytes), options_.to);
}

void Streams::greet(Stream& stream) {
  if (stream.greeted) stream.fail("it was greeted twice");
  stream.greeted = true;
  stream.received = numbers_;
  ++greeted_;
}

void Streams::take(Stream& stream, const StreamEvent& event) {
  if (const auto mark = Mark::in(event.data)) {
    if (mark->publisher >= stream.received.size()) stream.fail("an event of an unknown publisher");
    std::uint64_t& received = stream.received[mark->publisher];
    if (mark->number <= received) stream.fail("an event came twice, or late");
    if (mark->number != received + 1) stream.fail("an event is missing");
    received = mark->number;
    ++delivered_;
    last_delivery_ = now_;
    delays_.add(mark->published_at, now_);
  } else if (event.type == "hello") {
    greet(stream);
  } else if (event.type != "ping" && !options_.plain) {
    stream.fail("an unexpected event: " + std::string(event.type));
  }
}

void Streams::await_deliveries(std::uint64_t count) {
  std::uint64_t since = now_nanoseconds();
  for (std::uint64_t before = delivered_; delivered_ < count;) {
    poller_.serve(now_nanoseconds() + second);
    if (delivered_ != before) {
      before = delivered_;
      since = now_nanoseconds();
    } else if (now_nanoseconds() > since + longest_silence) {
      give_up("not all events arrived: " + std::to_string(delivered_) + " of " + std::to_string(count));
    }
  }
  poller_.stay(now_nanoseconds() + second / 5);
  if (delivered_ != count) give_up("more events arrived than were published");
}

void Streams::await_all() { await_deliveries(expected_); }

void Streams::await(std::uint64_t events) { await_deliveries(events * streams_.size()); }

void Streams::pause() { paused_ = true; }

void Streams::go_on() {
  paused_ = false;
  for (Stream& stream : streams_) stream.read();
}

}  // namespace tidings::bench
