#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "store/session_store.hpp"

namespace tidings::store {
namespace {

constexpr std::size_t shard_count = 16;

struct KeyHash {
  // The key is a SHA-256 already.
  std::size_t operator()(const SessionKey& key) const {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data() + 1, sizeof hash);
    return hash;
  }
};

struct Session {
  std::string user;
  std::string value;
  MonotonicTime ends;
};

using ByEnd = std::multimap<MonotonicTime, SessionKey>;

// Sessions by key. Whoever takes one finds it under this lock, so one caller gets it.
struct alignas(64) SessionShard {
  std::mutex mutex;
  std::unordered_map<SessionKey, Session, KeyHash> sessions;
  ByEnd by_end;
};

// What each user holds. Its lock is taken before a session shard's, never after.
struct alignas(64) UserShard {
  std::mutex mutex;
  std::unordered_map<std::string, ByEnd> users;
};

void erase_end(ByEnd& by_end, MonotonicTime ends, const SessionKey& key) {
  const auto [first, last] = by_end.equal_range(ends);
  const auto found = std::find_if(first, last, [&key](const auto& entry) { return entry.second == key; });
  if (found != last) by_end.erase(found);
}

class MemorySessionStore final : public SessionStore {
 public:
  MemorySessionStore(const Clock& clock, SessionLimits limits)
      : clock_(clock), per_user_(limits.per_user), total_(limits.total) {}

  void put(const SessionKey& key, std::string_view user, std::string value, Milliseconds ttl,
           std::function<void(Result<void>)> done) override {
    done(put(key, user, std::move(value), ttl));
  }

  void take(const SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) override {
    std::optional<Session> session = remove(key);
    if (session) forget_for_user(*session, key);
    const bool live = session && session->ends > clock_.monotonic();
    done(live ? std::optional<std::string>(std::move(session->value)) : std::nullopt);
  }

  void peek(const SessionKey& key, std::function<void(Result<std::optional<std::string>>)> done) override {
    std::optional<std::string> value;
    {
      SessionShard& shard = shard_of(key);
      const std::lock_guard lock(shard.mutex);
      const auto found = shard.sessions.find(key);
      if (found != shard.sessions.end() && found->second.ends > clock_.monotonic()) value = found->second.value;
    }
    done(std::move(value));
  }

  void set_limits(SessionLimits limits) override {
    per_user_.store(limits.per_user);
    total_.store(limits.total);
  }

  std::size_t size() const override { return size_.load(); }

 private:
  Result<void> put(const SessionKey& key, std::string_view user, std::string value, Milliseconds ttl) {
    const MonotonicTime now = clock_.monotonic();
    // Each new session sweeps one shard, so what is over goes as fast as new ones come.
    sweep(sessions_[next_swept_.fetch_add(1, std::memory_order_relaxed) % shard_count], now);
    if (!reserve(now)) return refuse("too many sessions wait to be used, in all", earliest_end(), now);

    UserShard& users = users_[std::hash<std::string_view>{}(user) % shard_count];
    const std::lock_guard user_lock(users.mutex);
    ByEnd& held = users.users[std::string(user)];
    drop_ended(held, now);
    if (held.size() >= per_user_.load()) {
      size_.fetch_sub(1);
      const MonotonicTime earliest = held.empty() ? now : held.begin()->first;
      if (held.empty()) users.users.erase(std::string(user));
      return refuse("too many sessions of this user wait to be used", earliest, now);
    }
    const MonotonicTime ends = now + ttl;
    SessionShard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    if (!shard.sessions.emplace(key, Session{std::string(user), std::move(value), ends}).second) {
      size_.fetch_sub(1);
      return fail(ErrorCode::internal, "two sessions came out with the same id");
    }
    held.emplace(ends, key);
    shard.by_end.emplace(ends, key);
    return {};
  }

  // A place for one more, after sweeping everything where there is none.
  bool reserve(MonotonicTime now) {
    const auto try_reserve = [this] {
      std::size_t size = size_.load();
      while (size < total_.load()) {
        if (size_.compare_exchange_weak(size, size + 1)) return true;
      }
      return false;
    };
    if (try_reserve()) return true;
    for (SessionShard& shard : sessions_) sweep(shard, now);
    return try_reserve();
  }

  static Result<void> refuse(std::string detail, MonotonicTime until, MonotonicTime now) {
    const Seconds wait = std::chrono::ceil<Seconds>(until - now);
    return fail(ErrorCode::session_limit, std::move(detail), std::max(wait, Seconds{1}));
  }

  SessionShard& shard_of(const SessionKey& key) {
    return sessions_[std::to_integer<std::size_t>(key[0]) % shard_count];
  }

  std::optional<Session> remove(const SessionKey& key) {
    SessionShard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.sessions.find(key);
    if (found == shard.sessions.end()) return std::nullopt;
    Session session = std::move(found->second);
    shard.sessions.erase(found);
    erase_end(shard.by_end, session.ends, key);
    size_.fetch_sub(1);
    return session;
  }

  void forget_for_user(const Session& session, const SessionKey& key) {
    UserShard& users = users_[std::hash<std::string_view>{}(session.user) % shard_count];
    const std::lock_guard lock(users.mutex);
    const auto found = users.users.find(session.user);
    if (found == users.users.end()) return;
    erase_end(found->second, session.ends, key);
    if (found->second.empty()) users.users.erase(found);
  }

  // Of one user, under that user's lock.
  void drop_ended(ByEnd& held, MonotonicTime now) {
    while (!held.empty() && held.begin()->first <= now) {
      remove(held.begin()->second);
      held.erase(held.begin());
    }
  }

  void sweep(SessionShard& shard, MonotonicTime now) {
    std::vector<SessionKey> ended;
    {
      const std::lock_guard lock(shard.mutex);
      for (auto at = shard.by_end.begin(); at != shard.by_end.end() && at->first <= now; ++at) {
        ended.push_back(at->second);
      }
    }
    for (const SessionKey& key : ended) {
      if (const auto session = remove(key)) forget_for_user(*session, key);
    }
  }

  MonotonicTime earliest_end() {
    MonotonicTime earliest = MonotonicTime::max();
    for (SessionShard& shard : sessions_) {
      const std::lock_guard lock(shard.mutex);
      if (!shard.by_end.empty()) earliest = std::min(earliest, shard.by_end.begin()->first);
    }
    return earliest == MonotonicTime::max() ? clock_.monotonic() : earliest;
  }

  const Clock& clock_;
  std::atomic<std::size_t> per_user_;
  std::atomic<std::size_t> total_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> next_swept_{0};
  std::array<SessionShard, shard_count> sessions_;
  std::array<UserShard, shard_count> users_;
};

}  // namespace

std::unique_ptr<SessionStore> make_memory_session_store(const Clock& clock, SessionLimits limits) {
  return std::make_unique<MemorySessionStore>(clock, limits);
}

}  // namespace tidings::store
