// Revocations as facts of the log, "revoked/<user>" = seconds since 1970, so that they survive restarts and reach every
// hub that shares the log (SPEC §1.7).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/services.hpp"

namespace tidings::api {

// What the log kept, into memory; once, before the first request.
[[nodiscard]] Result<void> load_revocations(const store::EventLog& log, auth::Revocations& revocations);

// Refuses the tokens of `user` issued until now: stored first, then in force. `done` on any thread, with the second up
// to which they are refused.
void revoke(Services& services, const std::string& user, std::function<void(Result<std::int64_t>)> done);

// Has revocations that other hubs store take effect on this one.
class Revoker final : public store::FactListener {
 public:
  static constexpr std::size_t most_remembered = 256;

  // `reactor`: of one of the shards.
  Revoker(auth::Revocations& revocations, events::Streams& streams, net::Reactor& reactor)
      : revocations_(revocations), streams_(streams), reactor_(reactor) {}

  void on_fact(std::string_view name, std::string_view value) override;
  // For a deletion: ends all streams that the user has here now. `done` on any thread, with how many, and with those
  // that the fact of the same revocation ended before it came to this. Thread-safe.
  void end_streams(const std::string& user, std::int64_t until, std::function<void(std::size_t)> done);

 private:
  // What facts of one revocation ended, until a deletion counts it.
  struct Ended {
    std::string user;
    std::int64_t until = 0;
    std::size_t under_way = 0;  // facts whose streams are being counted
    std::size_t count = 0;
    std::vector<std::function<void(std::size_t)>> waiting;
  };

  // Shared with shards that are still counting when the hub ends.
  struct Memory {
    std::mutex mutex;
    std::deque<std::shared_ptr<Ended>> ended;  // under the mutex, as what it holds

    // Null where there is none.
    [[nodiscard]] std::shared_ptr<Ended> find(const std::string& user, std::int64_t until) const;
  };

  auth::Revocations& revocations_;
  events::Streams& streams_;
  net::Reactor& reactor_;
  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
};

}  // namespace tidings::api
