#include "publisher.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "answer.hpp"
#include "give_up.hpp"

namespace tidings::bench {

Publisher::Publisher(Poller& poller, std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  poller.watch(fd_, EPOLLIN, *this);
}

Publisher::~Publisher() { ::close(fd_); }

void Publisher::send(std::string_view request) {
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    give_up("a request was not taken");
  }
  ++unanswered_;
}

void Publisher::on_ready(std::uint32_t /*events*/) {
  std::array<char, 16384> buffer;
  const ssize_t length = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (length == 0) give_up("the server closed a connection that asked");
  if (length < 0) return;
  answers_.append(buffer.data(), static_cast<std::size_t>(length));
  std::size_t taken = 0;
  while (const auto answer = first_answer(std::string_view(answers_).substr(taken))) {
    if (answer->status / 100 != 2) give_up(answers_);
    taken += answer->length;
    --unanswered_;
    answered_();
  }
  answers_.erase(0, taken);
}

}  // namespace tidings::bench
