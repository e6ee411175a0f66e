#include "api/revocation_facts.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tidings::api {
namespace {

constexpr std::string_view prefix = "revoked/";

}  // namespace

Result<void> load_revocations(const store::EventLog& log, auth::Revocations& revocations) {
  const auto facts = log.facts(prefix);
  if (!facts) return tl::unexpected(facts.error());
  for (const auto& [name, value] : *facts) {
    std::int64_t until = 0;
    const char* const end = value.data() + value.size();
    if (const auto [after, error] = std::from_chars(value.data(), end, until); error != std::errc{} || after != end) {
      return fail(ErrorCode::store_unavailable, "a stored revocation is not a number of seconds");
    }
    revocations.restore(std::string_view(name).substr(prefix.size()), until);
  }
  return {};
}

void revoke(Services& services, const std::string& user, std::function<void(Result<void>)> done) {
  const auto until = std::chrono::floor<Seconds>(services.clock.wall().time_since_epoch()).count();
  // One that reaches further (the calendar was set back since) is not to be shortened.
  if (services.revocations.revoked(user, until + 1)) return done({});
  // Refused before it is stored: what is stored counts again at the next start.
  if (auto room = services.revocations.check_room(user); !room) return done(std::move(room));
  services.log.put_fact(
      std::string(prefix) + user, std::to_string(until),
      [&revocations = services.revocations, user, until, done = std::move(done)](Result<void> stored) {
        done(stored.and_then([&] { return revocations.revoke(user, until); }));
      });
}

}  // namespace tidings::api
