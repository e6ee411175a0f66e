#include "publisher.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tidings::bench {
namespace {

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "sse_load: publishing failed: %s\n", why);
  std::exit(1);
}

// The length of the first answer in `text` when it is complete, otherwise 0.
std::size_t complete_answer(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::string lower(text.substr(0, head));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  const std::size_t field = lower.find("content-length: ");
  if (field == std::string::npos) give_up("an answer has no length");
  const std::size_t length = head + 4 + std::strtoull(lower.c_str() + field + 16, nullptr, 10);
  return text.size() < length ? 0 : length;
}

}  // namespace

Publisher::Publisher(std::uint16_t port, std::string_view key) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  head_ = "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nAuthorization: Bearer " +
          std::string(key) + "\r\nContent-Type: application/json\r\nContent-Length: ";
}

Publisher::~Publisher() { ::close(fd_); }

void Publisher::publish(std::string_view event) {
  std::string request = head_ + std::to_string(event.size()) + "\r\n\r\n";
  request.append(event);
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    give_up("the request was not taken");
  }
  ++unanswered_;
}

void Publisher::read_answers() {
  char buffer[4096];
  for (;;) {
    const ssize_t length = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (length == 0) give_up("the server closed the connection");
    if (length < 0) break;
    answers_.append(buffer, static_cast<std::size_t>(length));
  }
  while (const std::size_t length = complete_answer(answers_)) {
    if (!answers_.starts_with("HTTP/1.1 200")) give_up(answers_.c_str());
    answers_.erase(0, length);
    --unanswered_;
  }
}

}  // namespace tidings::bench
