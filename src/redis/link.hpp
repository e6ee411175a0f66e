// One connection to one server: connects, introduces itself (HELLO with user and password, SELECT, PING), then carries
// commands one way and replies the other until either side ends it. May be opened again after that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/byte_stream.hpp"
#include "net/reactor.hpp"
#include "redis/address.hpp"
#include "redis/reply_reader.hpp"
#include "redis/resolver.hpp"

namespace tidings::redis {

struct LinkSettings {
  std::string client_name;  // shown in the server's CLIENT LIST
  Credentials credentials;
  std::int32_t database = 0;
  Milliseconds open_within{0};
  Milliseconds silence{0};  // of the other end's kernel, after which the link is dead
  ReplyLimits reply_limits{};
};

// What a server says of itself; empty where it says nothing of that.
struct Greeting {
  std::string version;
  std::string mode;  // standalone, sentinel, cluster
  std::string role;  // master, replica
};

// Why a link is at its end, or was none.
struct Ending {
  enum class Cause : std::uint8_t {
    unreachable,  // nobody there, or not able to serve now
    refused,      // there, but it does not take us as we are: an operator has to see to it
    lost,         // was open
  };
  Cause cause = Cause::unreachable;
  std::string reason;  // without secrets
};

// Each may close and open the link, but not destroy it.
class LinkListener {
 public:
  virtual void on_open(const Greeting& greeting) = 0;
  virtual void on_reply(Reply reply) = 0;
  virtual void on_end(const Ending& ending) = 0;  // not after `close`

 protected:
  ~LinkListener() = default;
};

// Lives on its reactor's thread.
class Link final : private net::EventHandler, private net::SlicedWork, private net::Timer {
 public:
  Link(net::Reactor& reactor, LinkSettings settings, LinkListener& listener);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // `on_open` or `on_end` follows, perhaps before this returns. Only while closed.
  void open(const Endpoint& endpoint);
  // Hears no more.
  void close();
  // Only while open: leaves together with all else of this turn.
  void send(std::string_view bytes);
  // What was sent, and is not with the kernel yet.
  [[nodiscard]] std::size_t unsent() const { return output_.size() - written_; }

 private:
  enum class Phase : std::uint8_t { closed, connecting, greeting, open };

  void on_ready(std::uint32_t epoll_events) override;
  bool run_slice() override;
  void on_timer() override;

  void connected();
  void flush();
  void read_some();
  void take_replies();
  void take_greeting(const Reply& reply);
  void broke_off(std::string reason);
  void end(Ending::Cause cause, std::string reason);

  net::Reactor& reactor_;
  LinkSettings settings_;
  LinkListener& listener_;
  net::ByteStream stream_;
  std::unique_ptr<ReplyReader> reader_;
  std::string output_;
  std::size_t written_ = 0;  // of `output_`
  Greeting greeting_;
  int greetings_due_ = 0;     // replies to what it introduced itself with
  std::uint64_t opened_ = 0;  // how often: whether the link is still the one that a callback was made for
  Phase phase_ = Phase::closed;
  bool readable_ = false;  // the socket may hold bytes that no further edge will tell of
};

// Makes the kernel probe a silent connection every second, and give it up after `silence`. No effect on Unix sockets.
void watch_peer(int socket, Milliseconds silence);

}  // namespace tidings::redis
