#include "shared/session_store.hpp"

#include <atomic>
#include <string>
#include <utility>

#include "observe/log.hpp"
#include "shared/connection.hpp"
#include "shared/scripts.hpp"

namespace tidings::shared {
namespace {

using Taken = Result<std::optional<std::string>>;

constexpr Milliseconds replication_time{1'000};

tl::unexpected<Error> unavailable() {
  return fail(ErrorCode::store_unavailable,
              "Sessions can't be made or used at the moment; a bearer token opens a stream.", Seconds{1});
}

std::string hexadecimal_of(const store::SessionKey& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : key) {
    const auto value = std::to_integer<unsigned>(byte);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  return text;
}

class SessionStore final : public store::SessionStore, private redis::ClientListener {
 public:
  SessionStore(SessionSettings settings, ReactorThread& thread, const Clock& clock, Random& random,
               observe::Metrics& metrics)
      : settings_(std::move(settings)),
        names_(settings_.prefix),
        thread_(thread),
        shared_{thread.reactor(), clock, random, metrics, settings_.address, names_},
        client_(thread.reactor(), random, metrics, client_settings(settings_.address, "sessions"), *this),
        per_user_(settings_.limits.per_user),
        total_(settings_.limits.total) {
    thread_.run([this] { client_.start(); });
  }
  ~SessionStore() override {
    thread_.run([this] { client_.stop(); });
  }

  void put(const store::SessionKey& key, std::string_view user, std::string value, Milliseconds ttl,
           std::function<void(Result<void>)> done) override {
    Call call = call_for(scripts_.put_session, key);
    call.key(of_all());
    call.key(of_users() + std::string(user));
    call.add(std::string(user));
    call.add(std::move(value));
    call.add(std::to_string(ttl.count()));
    call.add(std::to_string(per_user_.load()));
    call.add(std::to_string(total_.load()));
    run(std::move(call), [this, done = std::move(done)](const redis::CommandResult& result) { done(kept(result)); });
  }

  void take(const store::SessionKey& key, std::function<void(Taken)> done) override {
    Call call = call_for(scripts_.take_session, key);
    call.key(of_all());
    call.key(of_users());
    run(std::move(call), [this, done = std::move(done)](const redis::CommandResult& result) {
      Taken taken = found(result);
      if (!taken || !*taken || settings_.replicas == 0) return done(std::move(taken));
      confirm(std::move(taken), done);
    });
  }

  void peek(const store::SessionKey& key, std::function<void(Taken)> done) override {
    run(call_for(scripts_.peek_session, key),
        [done = std::move(done)](const redis::CommandResult& result) { done(found(result)); });
  }

  void set_limits(store::SessionLimits limits) override {
    per_user_ = limits.per_user;
    total_ = limits.total;
  }

  std::size_t size() const override { return size_; }

 private:
  void on_connected() override { scripts_.load(client_); }
  void on_disconnected(std::string_view) override {}

  [[nodiscard]] std::string of_all() const { return names_.sessions + "all"; }
  [[nodiscard]] std::string of_users() const { return names_.sessions + "of:"; }

  [[nodiscard]] Call call_for(const redis::Script& script, const store::SessionKey& key) const {
    // Retention is the log's affair: these scripts let go of nothing.
    Call call(script, names_, shared_.random, {});
    call.key(names_.sessions + hexadecimal_of(key));
    return call;
  }

  void run(Call call, redis::Answer done) {
    thread_.reactor().post([this, call = std::move(call), done = std::move(done)] { call.run(client_, done); });
  }

  // Nothing where there is no answer that could be used.
  static const redis::Reply* answer(const redis::CommandResult& result) {
    if (!result) return nullptr;
    if (!result->is_error()) return &*result;
    observe::log(observe::Level::warning, "redis_refused", {{"what", "session"}, {"error", result->error_word()}});
    return nullptr;
  }

  Result<void> kept(const redis::CommandResult& result) {
    const redis::Reply* reply = answer(result);
    if (reply == nullptr) return unavailable();
    if (const auto count = reply->integer()) {
      size_ = static_cast<std::size_t>(*count);
      return {};
    }
    const Milliseconds wait{(*reply)[1].integer().value_or(0)};
    return fail(ErrorCode::session_limit,
                (*reply)[0].text() == "user" ? "too many sessions of this user wait to be used"
                                             : "too many sessions wait to be used, in all",
                std::max(std::chrono::ceil<Seconds>(wait), Seconds{1}));
  }

  static Taken found(const redis::CommandResult& result) {
    const redis::Reply* reply = answer(result);
    if (reply == nullptr) return unavailable();
    if (!reply->is_text()) return std::nullopt;
    return std::string(reply->text());
  }

  // A claim that a promotion could forget opens nothing: the session is gone, and the client asks for another.
  void confirm(Taken taken, const std::function<void(Taken)>& done) {
    const std::string count = std::to_string(settings_.replicas);
    const std::string time = std::to_string(replication_time.count());
    client_.command({"WAIT", count, time}, [this, taken = std::move(taken), done](const redis::CommandResult& result) {
      const auto have = result ? result->integer() : std::nullopt;
      if (have && *have >= static_cast<std::int64_t>(settings_.replicas)) return done(taken);
      done(fail(ErrorCode::not_replicated, "Too few replicas have heard of it; ask for another session.", Seconds{1}));
    });
  }

  SessionSettings settings_;
  Names names_;
  Scripts scripts_;
  ReactorThread& thread_;
  Shared shared_;
  redis::Client client_;
  std::atomic<std::size_t> per_user_;
  std::atomic<std::size_t> total_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace

std::unique_ptr<store::SessionStore> make_session_store(SessionSettings settings, ReactorThread& thread,
                                                        const Clock& clock, Random& random, observe::Metrics& metrics) {
  return std::make_unique<SessionStore>(std::move(settings), thread, clock, random, metrics);
}

}  // namespace tidings::shared
