#include "api/revocation_facts.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "observe/log.hpp"

namespace tidings::api {
namespace {

constexpr std::string_view prefix = "revoked/";

std::optional<std::int64_t> seconds_of(std::string_view value) {
  std::int64_t until = 0;
  const char* const end = value.data() + value.size();
  const auto [after, error] = std::from_chars(value.data(), end, until);
  return error == std::errc{} && after == end ? std::optional(until) : std::nullopt;
}

}  // namespace

Result<void> load_revocations(const store::EventLog& log, auth::Revocations& revocations) {
  const auto facts = log.facts(prefix);
  if (!facts) return tl::unexpected(facts.error());
  for (const auto& [name, value] : *facts) {
    const auto until = seconds_of(value);
    if (!until) return fail(ErrorCode::store_unavailable, "a stored revocation is not a number of seconds");
    revocations.restore(std::string_view(name).substr(prefix.size()), *until);
  }
  return {};
}

void revoke(Services& services, const std::string& user, std::function<void(Result<std::int64_t>)> done) {
  const auto until = std::chrono::floor<Seconds>(services.clock.wall().time_since_epoch()).count();
  // One that reaches further (the calendar was set back since) is not to be shortened.
  if (services.revocations.revoked(user, until + 1)) return done(until);
  // Refused before it is stored: what is stored counts again at the next start.
  if (auto room = services.revocations.check_room(user); !room) return done(tl::unexpected(std::move(room).error()));
  services.log.put_fact(
      std::string(prefix) + user, std::to_string(until),
      [&revocations = services.revocations, user, until, done = std::move(done)](const Result<void>& stored) {
        done(stored.and_then([&] { return revocations.revoke(user, until); }).map([until] { return until; }));
      });
}

void Revoker::on_fact(std::string_view name, std::string_view value) {
  if (!name.starts_with(prefix)) return;
  const auto until = seconds_of(value);
  if (!until) {
    return observe::log(observe::Level::error, "revocation_malformed",
                        {{"detail", "a stored revocation is not a number of seconds"}});
  }
  const std::string user(name.substr(prefix.size()));
  revocations_.restore(user, *until);
  std::shared_ptr<Ended> ended;
  {
    const std::lock_guard lock(memory_->mutex);
    ended = memory_->find(user, *until);
    if (ended == nullptr) {
      ended = memory_->ended.emplace_back(std::make_shared<Ended>());
      ended->user = user;
      ended->until = *until;
      if (memory_->ended.size() > most_remembered) memory_->ended.pop_front();
    }
    ++ended->under_way;
  }
  // A hub that was cut off hears of it late: by then the user may have signed in again.
  streams_.disconnect_user(reactor_, user, *until, [memory = memory_, ended](std::size_t count) {
    std::vector<std::function<void(std::size_t)>> waiting;
    {
      const std::lock_guard lock(memory->mutex);
      ended->count += count;
      if (--ended->under_way > 0 || ended->waiting.empty()) return;
      waiting.swap(ended->waiting);
      count = std::exchange(ended->count, 0);
    }
    // Each stream is counted once.
    for (const auto& each : waiting) each(std::exchange(count, 0));
  });
}

std::shared_ptr<Revoker::Ended> Revoker::Memory::find(const std::string& user, std::int64_t until) const {
  const auto same =
      std::ranges::find_if(ended, [&](const auto& each) { return each->user == user && each->until == until; });
  return same != ended.end() ? *same : nullptr;
}

void Revoker::end_streams(const std::string& user, std::int64_t until, std::function<void(std::size_t)> done) {
  streams_.disconnect_user(
      reactor_, user, std::nullopt, [memory = memory_, user, until, done = std::move(done)](std::size_t count) {
        {
          const std::lock_guard lock(memory->mutex);
          if (const auto ended = memory->find(user, until)) {
            if (ended->under_way > 0) {
              ended->waiting.emplace_back([done, count](std::size_t before) { done(before + count); });
              return;
            }
            count += std::exchange(ended->count, 0);
          }
        }
        done(count);
      });
}

}  // namespace tidings::api
