#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "body_reader.hpp"
#include "clock.hpp"
#include "figures.hpp"
#include "give_up.hpp"
#include "mark.hpp"
#include "process.hpp"
#include "requests.hpp"
#include "runs.hpp"

namespace tidings::bench {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;  // about what a chunk of the request holds

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up(std::strerror(errno));
  return fd;
}

std::string chunk(const std::string& bytes) {
  std::array<char, 32> size;
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

// The request's body, chunk by chunk.
class Body {
 public:
  explicit Body(const Options& options) : options_(options), requests_(options) {}

  // The next chunk, or the last one, or nothing more.
  std::string next() {
    if (ended_) return {};
    std::string lines;
    for (; lines.size() < chunk_bytes && written_ < options_.events; ++written_) lines += event(written_) + "\n";
    ended_ = lines.empty();
    return ended_ ? "0\r\n\r\n" : chunk(lines);
  }

 private:
  std::string event(std::uint64_t number) const {
    const std::size_t users = options_.users == 0 ? 1 : options_.users;
    const std::string data = Mark{0, number / users + 1, now_nanoseconds()}.data(options_.data_bytes);
    return requests_.event(data, options_.users == 0 ? "" : options_.user + "-" + std::to_string(number % users));
  }

  const Options& options_;
  Requests requests_;
  std::uint64_t written_ = 0;
  bool ended_ = false;
};

// The answer's lines, each of which must tell the id of an event.
class Answers {
 public:
  explicit Answers(int fd) : fd_(fd) {}

  // What has come.
  void read() {
    const ssize_t length = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) give_up("the server closed the connection");
    const char* wrong =
        body_.read({buffer_.data(), static_cast<std::size_t>(length)}, [this](std::string_view text) { take(text); });
    if (wrong != nullptr) give_up(wrong);
  }
  [[nodiscard]] bool ended() const { return body_.ended(); }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  void take(std::string_view text) {
    text_.append(text);
    std::size_t start = 0;
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', start)) {
      const std::string_view line = std::string_view(text_).substr(start, end - start);
      if (!line.starts_with("{\"ids\":[\"")) give_up(line);
      ++count_;
      start = end + 1;
    }
    text_.erase(0, start);
  }

  int fd_;
  BodyReader body_;
  std::vector<char> buffer_ = std::vector<char>(chunk_bytes);
  std::string text_;  // of the line that is not complete
  std::size_t count_ = 0;
};

}  // namespace

void run_ndjson(const Options& options) {
  const int fd = connect_to(options.port);
  Body body(options);
  Answers answers(fd);
  const double processor_before = processor_seconds(options.pids);
  const std::uint64_t start = now_nanoseconds();
  std::string waiting = Requests(options).publish_ndjson() + body.next();
  while (!answers.ended()) {
    pollfd poll{.fd = fd, .events = static_cast<short>(waiting.empty() ? POLLIN : POLLIN | POLLOUT), .revents = 0};
    if (::poll(&poll, 1, 30'000) <= 0) give_up("the server neither reads nor answers");
    if ((poll.revents & POLLOUT) != 0) {
      const ssize_t length = ::send(fd, waiting.data(), waiting.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (length < 0 && errno != EAGAIN) give_up(std::strerror(errno));
      if (length > 0) waiting.erase(0, static_cast<std::size_t>(length));
      if (waiting.empty()) waiting = body.next();
    }
    if ((poll.revents & (POLLIN | POLLHUP | POLLERR)) != 0) answers.read();
  }
  const double seconds = static_cast<double>(now_nanoseconds() - start) / 1e9;
  ::close(fd);
  if (answers.count() != options.events) give_up("not as many events were answered as were published");
  const auto events = static_cast<double>(options.events);
  Figures()
      .add("events", events)
      .add("events_a_second", events / seconds)
      .add("processor_us_an_event", (processor_seconds(options.pids) - processor_before) * 1e6 / events);
}

}  // namespace tidings::bench
