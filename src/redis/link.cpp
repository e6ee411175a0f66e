#include "redis/link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "net/socket.hpp"
#include "platform/room.hpp"
#include "redis/encode.hpp"

namespace tidings::redis {
namespace {

constexpr std::size_t read_size = 64 * 1024;
// An output buffer that has grown beyond this is let go of once it is empty.
constexpr std::size_t output_kept = 1024 * 1024;

// Words of errors that pass by themselves, while a server starts, is busy, or waits for its primary.
bool passes(std::string_view error_word) {
  return error_word == "LOADING" || error_word == "BUSY" || error_word == "MASTERDOWN";
}

// Not the server's own words, which may repeat what was sent to it.
std::string refusal(std::string_view error_word) {
  std::string reason = "the server answers " + std::string(error_word);
  if (error_word == "WRONGPASS") reason += ": user or password is wrong, or the user is off";
  if (error_word == "NOAUTH") reason += ": it wants a password";
  if (error_word == "NOPERM") reason += ": the user may not do what is needed";
  if (error_word == "DENIED") reason += ": it is in protected mode";
  if (error_word == "ERR") reason += ": no such database, too many clients, or a version before 6";
  return reason;
}

Greeting read_greeting(const Reply& reply) {
  Greeting greeting;
  const auto fields = reply.elements();
  for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
    const std::string_view name = fields[at].text();
    const std::string_view value = fields[at + 1].text();
    if (name == "version") greeting.version = value;
    if (name == "mode") greeting.mode = value;
    if (name == "role") greeting.role = value;
  }
  return greeting;
}

}  // namespace

void watch_peer(int socket, Milliseconds silence) {
  const int yes = 1;
  const int second = 1;
  net::set_stream_options(socket, silence);
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof second);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof second);
}

Link::Link(net::Reactor& reactor, LinkSettings settings, LinkListener& listener)
    : reactor_(reactor), settings_(std::move(settings)), listener_(listener) {}

Link::~Link() { close(); }

void Link::open(const Endpoint& endpoint) {
  ++opened_;
  reader_ = std::make_unique<ReplyReader>(settings_.reply_limits);
  Descriptor socket(::socket(endpoint.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return end(Ending::Cause::unreachable, std::strerror(errno));
  watch_peer(socket.get(), settings_.silence);
  const auto& address = reinterpret_cast<const sockaddr&>(endpoint.storage);
  if (::connect(socket.get(), &address, endpoint.length) != 0 && errno != EINPROGRESS) {
    return end(Ending::Cause::unreachable, std::strerror(errno));
  }
  phase_ = Phase::connecting;
  stream_ = net::ByteStream(std::move(socket));
  const auto watched = reactor_.add(stream_.descriptor(), *this);
  if (!watched) return end(Ending::Cause::unreachable, watched.error().detail);
  reactor_.timers().arm(*this, reactor_.now() + settings_.open_within);
}

void Link::close() {
  if (stream_) {
    reactor_.remove(stream_.descriptor(), *this);
    stream_.close();
  }
  reactor_.unschedule(*this);
  reactor_.timers().cancel(*this);
  phase_ = Phase::closed;
  readable_ = false;
  output_.clear();
  written_ = 0;
}

void Link::send(std::string_view bytes) {
  output_.append(bytes);
  reactor_.schedule(*this);
}

void Link::on_ready(std::uint32_t epoll_events) {
  if (phase_ == Phase::connecting) return connected();
  if ((epoll_events & ~std::uint32_t{EPOLLOUT}) != 0) readable_ = true;
  // Now, before timers ring for what has come already.
  if (run_slice()) reactor_.schedule(*this);
}

void Link::connected() {
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(stream_.descriptor(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return end(Ending::Cause::unreachable, std::strerror(error));

  phase_ = Phase::greeting;
  readable_ = true;
  greeting_ = {};
  std::vector<std::string_view> hello{"HELLO", "2"};
  const auto& [user, password] = settings_.credentials;
  const std::string_view name = user.empty() ? std::string_view("default") : std::string_view(user);
  if (!password.empty()) hello.insert(hello.end(), {"AUTH", name, password});
  hello.insert(hello.end(), {"SETNAME", settings_.client_name});
  const std::string database = std::to_string(settings_.database);
  const std::array<std::string_view, 2> select{"SELECT", database};
  const std::array<std::string_view, 1> ping{"PING"};
  std::string greetings;
  append_command(greetings, hello);
  if (settings_.database != 0) append_command(greetings, select);
  append_command(greetings, ping);
  greetings_due_ = settings_.database != 0 ? 3 : 2;
  send(greetings);
}

bool Link::run_slice() {
  const std::uint64_t opened = opened_;
  flush();
  if (opened == opened_ && readable_) read_some();
  return readable_;
}

void Link::flush() {
  if (unsent() == 0) return;
  const iovec piece{output_.data() + written_, unsent()};
  const net::Transfer sent = stream_.write(std::span(&piece, 1));
  written_ += sent.bytes;
  if (sent.outcome == net::Outcome::broken) return broke_off("the connection was reset or timed out");
  if (unsent() == 0) {
    written_ = 0;
    output_.clear();
    if (output_.capacity() > output_kept) empty_and_free(output_);
  } else if (written_ > unsent()) {
    output_.erase(0, std::exchange(written_, 0));
  }
}

void Link::read_some() {
  std::array<char, read_size> buffer;  // NOLINT: what is read of it was written before
  const net::Transfer got = stream_.read(buffer);
  switch (got.outcome) {
    case net::Outcome::done:
      reader_->feed({buffer.data(), got.bytes});
      return take_replies();
    case net::Outcome::blocked:
      readable_ = false;
      return;
    case net::Outcome::ended:
      return broke_off("closed by the server");
    case net::Outcome::broken:
      return broke_off("the connection was reset or timed out");
  }
}

void Link::take_replies() {
  const std::uint64_t opened = opened_;
  while (phase_ != Phase::closed && opened == opened_) {
    auto reply = reader_->next();
    if (!reply) return broke_off(std::move(reply.error().detail));
    if (!*reply) return;
    if (phase_ == Phase::open) {
      listener_.on_reply(std::move(**reply));
    } else {
      take_greeting(**reply);
    }
  }
}

void Link::take_greeting(const Reply& reply) {
  if (reply.is_error()) {
    const std::string_view word = reply.error_word();
    return end(passes(word) ? Ending::Cause::unreachable : Ending::Cause::refused, refusal(word));
  }
  if (reply.is_array()) greeting_ = read_greeting(reply);
  if (--greetings_due_ > 0) return;
  phase_ = Phase::open;
  reactor_.timers().cancel(*this);
  listener_.on_open(greeting_);
}

void Link::on_timer() {
  end(Ending::Cause::unreachable, (phase_ == Phase::connecting ? "no connection within " : "no greeting within ") +
                                      std::to_string(settings_.open_within.count()) + " ms");
}

void Link::broke_off(std::string reason) {
  end(phase_ == Phase::open ? Ending::Cause::lost : Ending::Cause::unreachable, std::move(reason));
}

void Link::end(Ending::Cause cause, std::string reason) {
  close();
  listener_.on_end({cause, std::move(reason)});
}

}  // namespace tidings::redis
