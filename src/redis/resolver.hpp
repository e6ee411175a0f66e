// Addresses of hosts. One that is given as a number is had at once. A name is looked up by getaddrinfo(3), which may
// take as long as name servers do, on a thread of its own: one at a time, and left to itself where its answer is no
// longer wanted, since it can't be ended.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "errors/error.hpp"
#include "net/reactor.hpp"
#include "redis/address.hpp"

namespace tidings::redis {

// What a socket can be connected to.
struct Endpoint {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text;  // "127.0.0.1:6379"
};

using Endpoints = Result<std::vector<Endpoint>>;

// Waits for name servers. At most `most_endpoints`, at least one, in the order in which they should be tried.
inline constexpr std::size_t most_endpoints = 8;
[[nodiscard]] Endpoints look_up(const HostPort& where);

// Lives on its reactor's thread.
class Resolver {
 public:
  using LookUp = std::function<Endpoints(const HostPort&)>;
  using Found = std::function<void(Endpoints)>;

  // `by_name` runs on another thread, perhaps after this is gone.
  explicit Resolver(net::Reactor& reactor, LookUp by_name = look_up);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls `found` once, perhaps before this returns, unless it is cancelled. One at a time.
  void resolve(const HostPort& where, const Found& found);
  void cancel();

 private:
  struct Search;
  net::Reactor& reactor_;
  LookUp by_name_;
  std::shared_ptr<Search> search_;  // the last one, which may still run
};

}  // namespace tidings::redis
