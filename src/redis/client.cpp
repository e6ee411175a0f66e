#include "redis/client.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "redis/alarm.hpp"
#include "redis/encode.hpp"
#include "redis/link.hpp"
#include "redis/primary_finder.hpp"
#include "redis/probe.hpp"

namespace tidings::redis {
namespace {

LinkSettings link_settings(const ClientSettings& settings) {
  return {.client_name = "tidings-" + settings.name,
          .credentials = settings.address.credentials,
          .database = settings.address.database,
          .open_within = settings.connect_timeout,
          .silence = settings.link_timeout,
          .reply_limits = settings.reply_limits};
}

LinkSettings sentinel_link_settings(const ClientSettings& settings) {
  LinkSettings link = link_settings(settings);
  link.credentials = settings.address.sentinel_credentials;
  link.database = 0;
  return link;
}

tl::unexpected<CommandError> not_sent(ErrorCode code, std::string why) {
  return tl::unexpected(CommandError{{code, "Redis: " + std::move(why) + "; nothing was executed"}, false});
}

tl::unexpected<CommandError> no_reply(std::string_view why) {
  return tl::unexpected(CommandError{
      {ErrorCode::store_unavailable, "Redis: " + std::string(why) + "; the command may have been executed"}, true});
}

std::string not_within(Milliseconds time) { return "no reply within " + std::to_string(time.count()) + " ms"; }

}  // namespace

class Client::Impl final : private LinkListener {
 public:
  Impl(net::Reactor& reactor, Random& random, observe::Metrics& metrics, ClientSettings settings,
       ClientListener& listener)
      : reactor_(reactor),
        random_(random),
        settings_(std::move(settings)),
        listener_(listener),
        probe_(metrics, settings_.name, settings_.address.redacted()),
        finder_(reactor, settings_.address, sentinel_link_settings(settings_), settings_.look_up),
        link_(reactor, link_settings(settings_), *this) {}

  void start();
  void stop();
  void command(std::span<const std::string_view> words, Answer done, std::optional<Milliseconds> timeout);

  [[nodiscard]] bool connected() const { return phase_ == Phase::connected; }
  [[nodiscard]] std::string_view server() const { return connected() ? std::string_view(server_) : std::string_view{}; }
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  enum class Phase : std::uint8_t { stopped, connecting, waiting, connected };
  struct Pending {
    Answer done;
    MonotonicTime deadline;
    Milliseconds timeout;
  };

  void on_open(const Greeting& greeting) override;
  void on_reply(Reply reply) override;
  void on_end(const Ending& ending) override;

  void connect();
  void open_next();
  void failed(const Ending& ending);
  void retry();
  void enqueue(std::span<const std::string_view> words, Answer done, Milliseconds timeout);
  void refuse(const Answer& done, ErrorCode code, std::string why);
  void lose(const std::string& reason);
  void answer_all(std::string_view reason);
  void check_deadlines();
  void ping();

  net::Reactor& reactor_;
  Random& random_;
  ClientSettings settings_;
  ClientListener& listener_;
  Probe probe_;
  PrimaryFinder finder_;
  Link link_;
  Alarm retry_{[this] { connect(); }};
  Alarm deadline_{[this] { check_deadlines(); }};
  Alarm idle_{[this] { ping(); }};

  Phase phase_ = Phase::stopped;
  std::vector<Endpoint> endpoints_;  // of the primary, those that have not been tried
  std::string server_;
  Milliseconds backoff_{0};
  MonotonicTime connected_at_;
  std::deque<Pending> pending_;
  // When `deadline_` rings: no later than the first deadline, perhaps earlier.
  MonotonicTime next_check_ = MonotonicTime::max();
};

void Client::Impl::start() {
  if (phase_ != Phase::stopped) return;
  backoff_ = settings_.first_backoff;
  connect();
}

void Client::Impl::stop() {
  const bool was_connected = connected();
  finder_.cancel();
  reactor_.timers().cancel(retry_);
  link_.close();
  phase_ = Phase::stopped;
  if (!was_connected) return;
  probe_.stopped();
  answer_all("stopped");
}

void Client::Impl::connect() {
  phase_ = Phase::connecting;
  finder_.find([this](tl::expected<std::vector<Endpoint>, Ending> found) {
    if (!found) return failed(found.error());
    endpoints_ = std::move(*found);
    open_next();
  });
}

void Client::Impl::open_next() {
  const Endpoint next = endpoints_.front();
  endpoints_.erase(endpoints_.begin());
  server_ = next.text;
  link_.open(next);
}

void Client::Impl::on_open(const Greeting& greeting) {
  if (greeting.role != "master" || greeting.mode == "cluster") {
    link_.close();
    if (greeting.mode == "cluster") return on_end({Ending::Cause::refused, "a Redis Cluster, which is not supported"});
    if (greeting.mode == "sentinel") return on_end({Ending::Cause::refused, "a Sentinel, where a server should be"});
    return on_end({Ending::Cause::unreachable, "a replica, not the primary"});
  }
  phase_ = Phase::connected;
  connected_at_ = reactor_.now();
  probe_.connected(server_, greeting);
  reactor_.timers().arm(idle_, reactor_.now() + settings_.ping_interval);
  listener_.on_connected();
}

void Client::Impl::on_end(const Ending& ending) {
  if (connected()) return lose(ending.reason);
  if (ending.cause == Ending::Cause::unreachable && !endpoints_.empty()) return open_next();
  failed({ending.cause, server_ + ": " + ending.reason});
}

void Client::Impl::failed(const Ending& ending) {
  probe_.failed(reactor_.now(), ending);
  // What only an operator can change is not asked for often.
  if (ending.cause == Ending::Cause::refused) backoff_ = settings_.most_backoff;
  retry();
}

// After half of the backoff, and as much of the other half as chance will have it.
void Client::Impl::retry() {
  phase_ = Phase::waiting;
  const auto half = static_cast<std::uint64_t>(backoff_.count()) / 2;
  const Milliseconds wait(static_cast<std::int64_t>(half + random_.below(half + 1)));
  backoff_ = std::min(backoff_ * 2, settings_.most_backoff);
  reactor_.timers().arm(retry_, reactor_.now() + wait);
}

void Client::Impl::command(std::span<const std::string_view> words, Answer done, std::optional<Milliseconds> timeout) {
  if (!connected()) return refuse(done, ErrorCode::store_unavailable, "not connected");
  if (pending_.size() >= settings_.most_pending) {
    return refuse(done, ErrorCode::overloaded, std::to_string(pending_.size()) + " commands wait for replies");
  }
  std::size_t size = link_.unsent();
  for (const std::string_view word : words) size += word.size();
  if (size > settings_.most_pending_bytes) {
    return refuse(done, ErrorCode::overloaded, std::to_string(size) + " bytes would wait to be sent");
  }
  enqueue(words, std::move(done), timeout.value_or(settings_.command_timeout));
}

void Client::Impl::enqueue(std::span<const std::string_view> words, Answer done, Milliseconds timeout) {
  const MonotonicTime deadline = reactor_.now() + timeout;
  std::string bytes;
  append_command(bytes, words);
  link_.send(bytes);
  pending_.push_back({std::move(done), deadline, timeout});
  if (deadline < next_check_) {
    next_check_ = deadline;
    reactor_.timers().arm(deadline_, deadline);
  }
}

void Client::Impl::refuse(const Answer& done, ErrorCode code, std::string why) {
  probe_.unanswered(1);
  done(not_sent(code, std::move(why)));
}

void Client::Impl::on_reply(Reply reply) {
  if (pending_.empty()) return lose("a reply that nothing was asked for");
  const bool demoted = reply.is_error("READONLY");
  const Answer done = std::move(pending_.front().done);
  pending_.pop_front();
  done(std::move(reply));
  if (demoted && connected()) lose("the server has become a replica");
}

// Finds the primary anew, at once where the last one served for a while.
void Client::Impl::lose(const std::string& reason) {
  link_.close();
  if (reactor_.now() - connected_at_ >= settings_.most_backoff) backoff_ = settings_.first_backoff;
  retry();
  probe_.lost(server_, reason);
  answer_all(reason);
}

// Everything that is told comes last: it may use this client, `start` and `stop` included.
void Client::Impl::answer_all(std::string_view reason) {
  reactor_.timers().cancel(deadline_);
  reactor_.timers().cancel(idle_);
  next_check_ = MonotonicTime::max();
  const auto unanswered = std::exchange(pending_, {});
  const MonotonicTime now = reactor_.now();
  probe_.unanswered(unanswered.size());
  listener_.on_disconnected(reason);
  for (const Pending& each : unanswered) {
    each.done(no_reply(each.deadline <= now ? not_within(each.timeout) : "connection lost: " + std::string(reason)));
  }
}

void Client::Impl::check_deadlines() {
  const auto first = std::min_element(pending_.begin(), pending_.end(), [](const Pending& left, const Pending& right) {
    return left.deadline < right.deadline;
  });
  next_check_ = first == pending_.end() ? MonotonicTime::max() : first->deadline;
  if (first == pending_.end()) return;
  if (next_check_ <= reactor_.now()) return lose(not_within(first->timeout));
  reactor_.timers().arm(deadline_, next_check_);
}

void Client::Impl::ping() {
  reactor_.timers().arm(idle_, reactor_.now() + settings_.ping_interval);
  if (!pending_.empty()) return;
  const std::array<std::string_view, 1> words{"PING"};
  enqueue(
      words, [](const CommandResult&) {}, settings_.link_timeout);
}

Client::Client(net::Reactor& reactor, Random& random, observe::Metrics& metrics, ClientSettings settings,
               ClientListener& listener)
    : impl_(std::make_unique<Impl>(reactor, random, metrics, std::move(settings), listener)) {}

Client::~Client() { stop(); }

void Client::start() { impl_->start(); }

void Client::stop() { impl_->stop(); }

void Client::command(std::span<const std::string_view> words, Answer done, std::optional<Milliseconds> timeout) {
  impl_->command(words, std::move(done), timeout);
}

bool Client::connected() const { return impl_->connected(); }

std::string_view Client::server() const { return impl_->server(); }

std::size_t Client::pending() const { return impl_->pending(); }

}  // namespace tidings::redis
