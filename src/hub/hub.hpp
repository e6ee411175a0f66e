// The running hub: makes every room from a configuration, joins them, starts them in an order in which nothing can be
// reached before the log is open, and ends them in the reverse.
//
//   Hub hub(std::move(given), std::move(config), clock, random);
//   if (auto started = hub.start(); !started) …
//   …                               // until a signal says otherwise
//   hub.drain([&] { … });           // returns at once
//   hub.stop();
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "errors/error.hpp"
#include "hub/config.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"

namespace tidings::hub {

// All calls from one thread, which must not be a shard's.
class Hub {
 public:
  // `clock` and `random` outlive the hub.
  Hub(Given given, Config config, const Clock& clock, Random& random);
  // Stops what runs.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Opens the log and the listeners, and takes requests. Fails where a key, the store or an address can't be had; what
  // was started by then is stopped.
  [[nodiscard]] Result<void> start();

  // Takes on the keys and limits of a new configuration, and says in the log which other settings changed in vain. Keys
  // that can't be loaded leave everything as it was.
  [[nodiscard]] Configured<void> reload(const Given& given, const Config& config);

  // Not ready any more; every stream gets `bye` within the configured time. `done`, on any thread, once all are ended.
  void drain(std::function<void()> done);
  // Closes what is still open, commits what waits, closes the log. Nothing runs when it returns.
  void stop();

  // Addresses listened at, with the ports that the kernel chose.
  [[nodiscard]] const std::vector<std::string>& listening() const;
  // Connections that are open now, streaming or not.
  [[nodiscard]] std::size_t open_connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::hub
