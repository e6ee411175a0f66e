#include "load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "access_token.hpp"
#include "process.hpp"

namespace tidings::bench {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t most_opening = 200;            // at a time, well within a listener's queue
constexpr std::size_t streams_an_address = 5'000;    // of 28,000 ports
constexpr std::uint64_t longest_wait = 30 * second;  // for streams to open, or the last events to arrive
constexpr std::uint32_t publisher_number = 0xffff'ffff;

[[noreturn]] void give_up(std::size_t stream, const char* why) {
  std::fprintf(stderr, "sse_load: stream %zu: %s\n", stream, why);
  std::exit(1);
}

std::uint64_t now_nanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// The number after `name` in a JSON object of our own making.
std::uint64_t number_after(std::string_view json, std::string_view name) {
  const std::size_t at = json.find(name);
  std::uint64_t number = 0;
  if (at != std::string_view::npos) std::from_chars(json.data() + at + name.size(), json.data() + json.size(), number);
  return number;
}

std::string event_numbered(std::uint64_t number, std::size_t data_bytes) {
  const std::string start =
      "{\"n\":" + std::to_string(number) + ",\"t\":" + std::to_string(now_nanoseconds()) + ",\"p\":\"";
  const std::size_t padding = data_bytes > start.size() + 2 ? data_bytes - start.size() - 2 : 0;
  return R"({"type":"a.b","data":)" + start + std::string(padding, 'x') + "\"}}";
}

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      issued_at_(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                     .count()) {}

Load::~Load() {
  for (const Stream& stream : streams_) ::close(stream.fd);
  ::close(epoll_);
}

void Load::connect(std::size_t number) {
  Stream& stream = streams_.emplace_back();
  stream.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream.fd < 0) give_up(number, std::strerror(errno));
  const int on = 1;
  ::setsockopt(stream.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(number / streams_an_address));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(stream.fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) != 0 ||
      (::connect(stream.fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0 && errno != EINPROGRESS)) {
    give_up(number, std::strerror(errno));
  }
  epoll_event interest{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u32 = static_cast<std::uint32_t>(number)}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stream.fd, &interest);
}

void Load::ask(std::size_t number) {
  const std::string user = "user-" + std::to_string(number);
  const std::string request = "GET /api/v1/events/stream?events=a.b,c.d&meta_bench=" + std::to_string(number) +
                              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                              "\r\nAccept: text/event-stream\r\nAuthorization: Bearer " +
                              access_token(user, options_.secret, issued_at_) + "\r\n\r\n";
  if (::send(streams_[number].fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    give_up(number, "the request was not taken");
  }
}

void Load::read(std::size_t number) {
  Stream& stream = streams_[number];
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t length = ::recv(stream.fd, buffer.data(), buffer.size(), 0);
    if (length == 0) give_up(number, "the server closed it");
    if (length < 0 && errno == EAGAIN) return;
    if (length < 0) give_up(number, std::strerror(errno));
    const char* wrong = stream.reader.read({buffer.data(), static_cast<std::size_t>(length)},
                                           [&](const StreamEvent& event) { take(number, event); });
    if (wrong != nullptr) give_up(number, wrong);
    if (static_cast<std::size_t>(length) < buffer.size()) return;
  }
}

void Load::take(std::size_t number, const StreamEvent& event) {
  Stream& stream = streams_[number];
  if (event.type == "hello") {
    if (stream.greeted) give_up(number, "it was greeted twice");
    stream.greeted = true;
    stream.received = published_;
    ++greeted_;
  } else if (event.type == "a.b") {
    const std::uint64_t count = number_after(event.data, "\"n\":");
    if (count <= stream.received) give_up(number, "an event came twice, or late");
    if (count != stream.received + 1) give_up(number, "an event is missing");
    stream.received = count;
    ++delivered_;
    delays_.push_back(static_cast<std::uint32_t>((now_nanoseconds() - number_after(event.data, "\"t\":")) / 1000));
  } else if (event.type != "ping") {
    give_up(number, ("an unexpected event: " + std::string(event.type)).c_str());
  }
}

void Load::serve(std::uint64_t deadline) {
  const std::uint64_t now = now_nanoseconds();
  const std::uint64_t milliseconds = deadline > now ? (deadline - now) / 1'000'000 : 0;
  std::array<epoll_event, 512> ready;
  const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), static_cast<int>(milliseconds));
  for (int i = 0; i < count; ++i) {
    const std::uint32_t number = ready[static_cast<std::size_t>(i)].data.u32;
    if (number == publisher_number) {
      publisher_->read_answers();
      continue;
    }
    if (!streams_[number].connected && (ready[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) {
      streams_[number].connected = true;
      ask(number);
    }
    if ((ready[static_cast<std::size_t>(i)].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(number);
  }
}

void Load::open(std::size_t count) {
  const std::uint64_t deadline = now_nanoseconds() + longest_wait + count * (second / 500);
  while (greeted_ < count) {
    while (streams_.size() < count && streams_.size() - greeted_ < most_opening) connect(streams_.size());
    serve(now_nanoseconds() + second);
    if (now_nanoseconds() > deadline) give_up(greeted_, "not all streams opened in time");
  }
}

void Load::stay(double seconds) {
  const std::uint64_t until = now_nanoseconds() + static_cast<std::uint64_t>(seconds * second);
  while (now_nanoseconds() < until) serve(until);
}

BroadcastResult Load::broadcast(std::uint64_t events) {
  const double interval = static_cast<double>(second) / options_.rate;
  // Only now: a server waits for a request for some seconds only.
  publisher_.emplace(options_.port, options_.publish_key);
  epoll_event interest{.events = EPOLLIN, .data = {.u32 = publisher_number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, publisher_->descriptor(), &interest);
  delivered_ = 0;
  delays_.clear();
  delays_.reserve(events * streams_.size());
  const double processor_before = processor_seconds(options_.pid);
  const std::uint64_t start = now_nanoseconds();
  for (std::uint64_t i = 1; i <= events; ++i) {
    const std::uint64_t due = start + static_cast<std::uint64_t>(interval * static_cast<double>(i));
    while (now_nanoseconds() < due) serve(due);
    publisher_->publish(event_numbered(++published_, options_.data_bytes));
  }
  const std::uint64_t deadline = now_nanoseconds() + longest_wait;
  while (delivered_ < events * streams_.size() || publisher_->unanswered() > 0) {
    serve(now_nanoseconds() + second);
    if (now_nanoseconds() > deadline) give_up(streams_.size(), "not all events arrived in time");
  }
  const double processor_after = processor_seconds(options_.pid);
  stay(0.2);  // nothing may follow
  if (delivered_ != events * streams_.size()) give_up(streams_.size(), "more events arrived than were published");
  return {delivered_, processor_after - processor_before, std::move(delays_)};
}

}  // namespace tidings::bench
