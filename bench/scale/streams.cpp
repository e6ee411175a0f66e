#include "streams.hpp"

#include <arpa/inet.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <cstring>
#include <utility>

#include "../load/access_token.hpp"

namespace tidings::bench {
namespace {

constexpr std::size_t most_opening = 64;  // at a time and thread: those that open at a time fit a listener's queue
constexpr int turn_milliseconds = 20;
// Of 28,000 ports: the kernel's search for a free one is long where most are taken.
constexpr std::size_t streams_an_address = 4'000;
constexpr std::size_t addresses_a_thread = 8;
constexpr std::string_view event_type = "event: ";
constexpr std::string_view numbered = "data: {\"n\":";

std::int64_t now_seconds() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

sockaddr_in loopback(std::uint32_t offset, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace

void Findings::fail(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  if (failed_.exchange(true)) return;
  failure_ = why;
}

std::string Findings::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

StreamThread::StreamThread(std::size_t number, const Target& target, Findings& findings)
    : number_(number), target_(target), findings_(findings), thread_([this] { run(); }) {}

StreamThread::~StreamThread() {
  over_ = true;
  thread_.join();
}

void StreamThread::run() {
  if (::close_range(3, UINT_MAX, CLOSE_RANGE_UNSHARE) != 0) {
    return findings_.fail(std::string("no descriptor table for a thread: ") + std::strerror(errno));
  }
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  while (!over_) turn();
}

void StreamThread::turn() {
  while (streams_.size() < wanted_ && streams_.size() - greeted_ < most_opening && !findings_.failed()) connect();
  std::array<epoll_event, 256> ready;
  const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), turn_milliseconds);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    if ((event.events & EPOLLOUT) != 0) ask(event.data.u32);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(event.data.u32);
  }
}

void StreamThread::connect() {
  const std::size_t index = streams_.size();
  Stream& stream = streams_.emplace_back();
  stream.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream.fd < 0) return end(stream, std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(stream.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const std::size_t address = 1 + number_ * addresses_a_thread + index / streams_an_address % addresses_a_thread;
  const sockaddr_in from = loopback(static_cast<std::uint32_t>(address), 0);
  const sockaddr_in to = loopback(0, target_.port);
  if (::bind(stream.fd, generic(from), sizeof from) != 0)
    return end(stream, std::string("bind: ") + std::strerror(errno));
  if (::connect(stream.fd, generic(to), sizeof to) != 0 && errno != EINPROGRESS) {
    return end(stream, std::string("connect: ") + std::strerror(errno));
  }
  epoll_event interest{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u32 = static_cast<std::uint32_t>(index)}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stream.fd, &interest);
}

void StreamThread::ask(std::size_t index) {
  Stream& stream = streams_[index];
  if (stream.asked || stream.ended) return;
  stream.asked = true;
  const std::string user = "user-" + std::to_string(number_) + "-" + std::to_string(index);
  const std::string request = "GET /api/v1/events/stream?events=a.b,c.d&meta_bench=" + std::to_string(index) +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: Bearer " +
                              access_token(user, target_.secret, now_seconds()) + "\r\n\r\n";
  if (::send(stream.fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    end(stream, std::string("send: ") + std::strerror(errno));
  }
}

void StreamThread::read(std::size_t index) {
  Stream& stream = streams_[index];
  std::array<char, 32768> buffer;
  while (!stream.ended) {
    const ssize_t length = ::recv(stream.fd, buffer.data(), buffer.size(), 0);
    if (length == 0) return end(stream, "the hub closed a stream");
    if (length < 0 && errno == EAGAIN) return;
    if (length < 0) return end(stream, std::string("recv: ") + std::strerror(errno));
    take(stream, {buffer.data(), static_cast<std::size_t>(length)});
    if (static_cast<std::size_t>(length) < buffer.size()) return;
  }
}

// Lines are read where they lie; only the start of an incomplete one is kept. Chunk sizes are lines that mean nothing
// here: that the framing is right is for others to test.
void StreamThread::take(Stream& stream, std::string_view bytes) {
  std::string joined;
  if (!stream.unread.empty()) {
    joined = std::exchange(stream.unread, {});
    joined.append(bytes);
    bytes = joined;
  }
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    take_line(stream, bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  if (!bytes.empty()) stream.unread = bytes;
}

void StreamThread::take_line(Stream& stream, std::string_view line) {
  if (line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.1 200 ")) {
    return end(stream, "a stream was answered " + std::string(line.substr(0, line.find('\r'))));
  }
  if (line == "event: hello" && !std::exchange(stream.greeted, true)) {
    ++greeted_;
    ++findings_.greeted;
  } else if (line == "event: ping") {
    if (!std::exchange(stream.pinged, true)) ++findings_.pinged;
  } else if (line.starts_with(event_type) && line != "event: a.b") {
    end(stream, "an unexpected " + std::string(line));
  } else if (line.starts_with(numbered)) {
    std::uint32_t number = 0;
    std::from_chars(line.data() + numbered.size(), line.data() + line.size(), number);
    // The first that a stream gets may have any number; from there on none may be missing, repeated or out of order.
    if (stream.received != 0 && number != stream.received + 1) {
      return end(stream, "event " + std::to_string(number) + " came after " + std::to_string(stream.received));
    }
    stream.received = number;
    ++findings_.deliveries;
  }
}

void StreamThread::end(Stream& stream, const std::string& why) {
  findings_.fail(why);
  stream.ended = true;
  if (stream.fd >= 0) ::close(std::exchange(stream.fd, -1));
}

}  // namespace tidings::bench
