// Where the primary is now: the one server that the address names, or what the first Sentinel that answers says. The
// one that answered last is asked first. Whoever connects there has to verify that it is a primary: Sentinels may be
// late.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "redis/alarm.hpp"
#include "redis/link.hpp"

namespace tidings::redis {

class PrimaryFinder final : private LinkListener {
 public:
  using Found = std::function<void(tl::expected<std::vector<Endpoint>, Ending>)>;

  // `sentinel_link.open_within` bounds the time for one host: for its name, and for all that a Sentinel has to say.
  PrimaryFinder(net::Reactor& reactor, Address address, LinkSettings sentinel_link, Resolver::LookUp look_up);

  // Calls `found` once, perhaps before this returns, unless it is cancelled. One at a time.
  void find(Found found);
  void cancel();

 private:
  void on_open(const Greeting& greeting) override;
  void on_reply(Reply reply) override;
  void on_end(const Ending& ending) override;

  void ask_sentinel();
  void open_sentinel();
  void next_sentinel(const Ending& ending);
  void resolve(const HostPort& where, std::function<void(std::vector<Endpoint>)> then);
  void too_late();
  void failed(Ending ending);
  void finish(tl::expected<std::vector<Endpoint>, Ending> result);

  net::Reactor& reactor_;
  Address address_;  // its Sentinels in the order in which they are asked
  Milliseconds each_within_;
  Resolver resolver_;
  Link link_;  // to a Sentinel
  Alarm late_;
  Found found_;                      // empty while nothing is searched for
  std::size_t asked_ = 0;            // the Sentinel that is being asked
  std::vector<Endpoint> addresses_;  // of that Sentinel, those that have not been tried
  Ending worst_;                     // what a failure will be told as: a refusal before all else
};

}  // namespace tidings::redis
