#include "stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "answer.hpp"
#include "clock.hpp"
#include "give_up.hpp"

namespace tidings::bench {
namespace {

constexpr std::size_t streams_an_address = 5'000;  // of 28,000 ports

}  // namespace

Streams::Stream::Stream(Streams& all, std::size_t number, std::uint16_t port)
    : all_(all), number_(number), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(number / streams_an_address));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) != 0 ||
      (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0 && errno != EINPROGRESS)) {
    fail(std::strerror(errno));
  }
  all_.poller_.watch(fd_, EPOLLIN | EPOLLOUT | EPOLLET, *this);
}

Streams::Stream::~Stream() { ::close(fd_); }

void Streams::Stream::fail(std::string_view why) const {
  give_up("stream " + std::to_string(number_) + ": " + std::string(why));
}

void Streams::Stream::send(const std::string& request) {
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    fail("the request was not taken");
  }
}

void Streams::Stream::ask() {
  const std::string token =
      number_ < all_.tokens_.size() ? all_.tokens_[number_] : all_.requests_.access_token_of(number_);
  step_ = all_.options_.session ? Step::asking_for_a_session : Step::streaming;
  send(all_.options_.session ? all_.requests_.open_session(token) : all_.requests_.open_stream(token));
}

void Streams::Stream::take_session(std::string_view bytes) {
  answer_.append(bytes);
  const auto answer = first_answer(answer_);
  if (!answer) return;
  if (answer->status != 201) fail("no session: " + answer_);
  step_ = Step::streaming;
  send(all_.requests_.open_stream_by_session(answer->body));
  answer_ = {};
}

void Streams::Stream::read() {
  const StreamReader::Take take = [this](const StreamEvent& event) { all_.take(*this, event); };
  std::vector<char>& buffer = all_.buffer_;
  for (;;) {
    const ssize_t length = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (length == 0) fail("the server closed it");
    if (length < 0 && errno == EAGAIN) return;
    if (length < 0) fail(std::strerror(errno));
    all_.now_ = now_nanoseconds();
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(length));
    if (step_ == Step::asking_for_a_session) {
      take_session(bytes);
    } else if (const char* wrong = reader_.read(bytes, take)) {
      fail(wrong + (": " + std::string(bytes)));
    } else if (all_.options_.plain && !greeted && reader_.begun()) {
      all_.greet(*this);
    }
    if (bytes.size() < buffer.size()) return;
  }
}

void Streams::Stream::on_ready(std::uint32_t events) {
  if (step_ == Step::connecting && (events & EPOLLOUT) != 0) ask();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !all_.paused_) read();
}

}  // namespace tidings::bench
