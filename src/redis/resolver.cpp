#include "redis/resolver.hpp"

#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace tidings::redis {
namespace {

std::string text_of(const addrinfo& found, std::uint16_t port) {
  char host[NI_MAXHOST] = {};
  // Can't fail: the address is the resolver's own, and there is room.
  ::getnameinfo(found.ai_addr, found.ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return HostPort{host, port}.text();
}

// With getaddrinfo's own code where that fails.
tl::expected<std::vector<Endpoint>, int> ask(const HostPort& where, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (failure != 0) return tl::unexpected(failure);
  std::vector<Endpoint> endpoints;
  for (const addrinfo* each = found; each != nullptr && endpoints.size() < most_endpoints; each = each->ai_next) {
    Endpoint& endpoint = endpoints.emplace_back();
    std::memcpy(&endpoint.storage, each->ai_addr, each->ai_addrlen);
    endpoint.length = each->ai_addrlen;
    endpoint.text = text_of(*each, where.port);
  }
  ::freeaddrinfo(found);
  return endpoints;
}

}  // namespace

Endpoints look_up(const HostPort& where) {
  auto endpoints = ask(where, 0);
  if (endpoints) return std::move(*endpoints);
  return fail(ErrorCode::store_unavailable, where.host + ": " + ::gai_strerror(endpoints.error()));
}

struct Resolver::Search {
  explicit Search(net::Reactor& for_reactor, Found and_then) : reactor(&for_reactor), found(std::move(and_then)) {}

  // On the search's own thread.
  void finish(const std::shared_ptr<Search>& self, Endpoints endpoints) {
    const std::scoped_lock lock(mutex);
    running = false;
    if (reactor == nullptr) return;
    reactor->post([self, endpoints = std::move(endpoints)]() mutable {
      if (const Found then = std::exchange(self->found, {})) then(std::move(endpoints));
    });
  }
  [[nodiscard]] bool still_running() {
    const std::scoped_lock lock(mutex);
    return running;
  }
  void abandon() {
    found = {};
    const std::scoped_lock lock(mutex);
    reactor = nullptr;
  }

  std::mutex mutex;
  // Under the mutex:
  net::Reactor* reactor;  // null once nobody waits
  bool running = true;
  Found found;  // the reactor's thread's
};

Resolver::Resolver(net::Reactor& reactor, LookUp by_name) : reactor_(reactor), by_name_(std::move(by_name)) {}

Resolver::~Resolver() { cancel(); }

void Resolver::resolve(const HostPort& where, const Found& found) {
  if (auto numeric = ask(where, AI_NUMERICHOST)) return found(std::move(*numeric));
  if (search_ && search_->still_running()) {
    return found(fail(ErrorCode::store_unavailable, where.host + ": the last look-up of a name has not ended yet"));
  }
  search_ = std::make_shared<Search>(reactor_, found);
  try {
    std::thread([search = search_, by_name = by_name_, where] { search->finish(search, by_name(where)); }).detach();
  } catch (const std::system_error& error) {  // GCOVR_EXCL_START: takes a machine out of threads
    search_.reset();
    found(fail(ErrorCode::store_unavailable, where.host + ": no thread to look it up: " + error.what()));
  }  // GCOVR_EXCL_STOP
}

void Resolver::cancel() {
  if (search_) search_->abandon();
}

}  // namespace tidings::redis
