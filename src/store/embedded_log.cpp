#include "store/embedded_log.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

#include "store/committer.hpp"
#include "store/fingerprint.hpp"
#include "store/log_reader.hpp"
#include "store/record_codec.hpp"

namespace tidings::store {
namespace {

// How much one commit takes at most, so that the first publisher of a flood doesn't wait for all of it.
constexpr std::uint64_t most_group_bytes = 8 * 1024 * 1024;
// How often the thread looks at the clock by itself. Real time: the clock may be a test's.
constexpr Milliseconds wake_interval{100};

struct FactRequest {
  std::string name;
  std::string value;
  std::function<void(Result<void>)> done;
};

struct TickRequest {
  std::function<void()> done;
};

using Request = std::variant<AppendRequest, FactRequest, TickRequest>;

tl::unexpected<Error> shutting_down() { return fail(ErrorCode::draining, "The hub is shutting down."); }

}  // namespace

struct EmbeddedLog::Impl {
  Impl(std::unique_ptr<EventStore> event_store, LogSettings settings, const Clock& clock, Random& random,
       LogListener& listener, observe::Metrics& metrics)
      : store(std::move(event_store)),
        most_waiting_bytes(settings.most_waiting_bytes),
        committer(*store, settings.durability, settings.retention, clock, random, listener, metrics),
        refused(metrics.counter("tidings_log_overloaded_total", "Requests refused because too much waited")) {}

  // Takes the request, of so many bytes, or says why not.
  Result<void> submit(Request request, std::uint64_t bytes);
  void run();
  void serve(std::deque<Request> requests);
  void commit(std::vector<AppendRequest>& group);

  std::unique_ptr<EventStore> store;
  const std::uint64_t most_waiting_bytes;
  Committer committer;
  LogReader reader{*store};
  observe::Counter& refused;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Request> waiting;      // under the mutex
  std::uint64_t waiting_bytes = 0;  // as above, with those being committed
  bool running = false;             // as above
  std::thread thread;
};

EmbeddedLog::EmbeddedLog(std::unique_ptr<EventStore> store, LogSettings settings, const Clock& clock, Random& random,
                         LogListener& listener, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(store), settings, clock, random, listener, metrics)) {}

EmbeddedLog::~EmbeddedLog() { stop(); }

Result<void> EmbeddedLog::start() {
  if (auto started = impl_->committer.start(); !started) return started;
  impl_->running = true;
  impl_->reader.start();
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  return {};
}

void EmbeddedLog::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->running = false;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->reader.stop();
  impl_->store->close();
}

void EmbeddedLog::append_all(std::vector<std::vector<Event>> requests, const AllAppended& done) {
  const std::size_t count = requests.size();
  if (!healthy()) return done(std::vector<Stored>(count, cannot_store()));
  AppendRequest request;
  request.parts.reserve(count);
  request.records.reserve(count);
  for (std::vector<Event>& events : requests) {
    request.parts.push_back(events.size());
    for (Event& event : events) {
      request.bytes += retained_bytes(event);
      // Here and not where it is needed, so that it costs the log's one thread nothing.
      if (!event.key.empty()) request.fingerprints.push_back(fingerprint(event));
      request.records.push_back(std::make_shared<Record>(Record{0, {}, std::move(event)}));
    }
  }
  const std::uint64_t bytes = request.bytes;
  request.done = done;
  if (auto taken = impl_->submit(std::move(request), bytes); !taken) {
    done(std::vector<Stored>(count, tl::unexpected(std::move(taken).error())));
  }
}

void EmbeddedLog::read(std::vector<Read> reads) {
  for (Read& refused : impl_->reader.submit(std::move(reads))) {
    impl_->refused.add();
    refused.done(too_many_readers());
  }
}

void EmbeddedLog::find_time(WallTime time, std::function<void(Result<TimePlace>)> done) {
  auto task = [impl = impl_.get(), time, done] {
    const WallTime log_time = impl->committer.time().from_wall(time);
    done(impl->store->last_before(log_time).transform([&](Position position) {
      // Asked after the look-up: what was removed before it is known by now.
      const auto gone_until = impl->committer.gone_until();
      return TimePlace{.position = position, .gone = gone_until && log_time <= *gone_until};
    }));
  };
  if (impl_->reader.submit(std::move(task))) return;
  impl_->refused.add();
  done(too_many_readers());
}

void EmbeddedLog::put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) {
  const std::uint64_t bytes = name.size() + value.size();
  auto taken = impl_->submit(FactRequest{std::move(name), std::move(value), done}, bytes);
  if (!taken) done(std::move(taken));
}

Result<std::vector<std::pair<std::string, std::string>>> EmbeddedLog::facts(std::string_view prefix) const {
  return impl_->store->facts(prefix);
}

Cursor EmbeddedLog::head() const { return impl_->committer.head(); }

bool EmbeddedLog::healthy() const { return impl_->committer.healthy(); }

bool EmbeddedLog::readable() const { return impl_->store->readable(); }

void EmbeddedLog::set_retention(Retention retention) {
  impl_->committer.set_retention(retention);
  tick([] {});
}

void EmbeddedLog::tick(std::function<void()> done) {
  if (!impl_->submit(TickRequest{done}, 0)) done();
}

Result<void> EmbeddedLog::Impl::submit(Request request, std::uint64_t bytes) {
  {
    const std::lock_guard lock(mutex);
    if (!running) return shutting_down();
    if (waiting_bytes + bytes > most_waiting_bytes) {
      refused.add();
      return fail(ErrorCode::overloaded, "Too many events wait to be stored; these may be sent again.", Seconds{1});
    }
    waiting_bytes += bytes;
    waiting.push_back(std::move(request));
  }
  changed.notify_one();
  return {};
}

void EmbeddedLog::Impl::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait_for(lock, wake_interval, [this] { return !running || !waiting.empty(); });
    if (!running && waiting.empty()) return;
    std::deque<Request> requests;
    requests.swap(waiting);
    lock.unlock();
    serve(std::move(requests));
    committer.maintain(false);
    lock.lock();
  }
}

// In the order in which they came: what is appended before a tick is committed before it.
void EmbeddedLog::Impl::serve(std::deque<Request> requests) {
  std::vector<AppendRequest> group;
  std::uint64_t group_bytes = 0;
  const auto flush = [&] {
    if (!group.empty()) commit(group);
    group_bytes = 0;
  };
  for (Request& request : requests) {
    if (auto* append = std::get_if<AppendRequest>(&request)) {
      if (group_bytes + append->bytes > most_group_bytes) flush();
      group_bytes += append->bytes;
      group.push_back(std::move(*append));
      continue;
    }
    flush();
    if (auto* fact = std::get_if<FactRequest>(&request)) {
      fact->done(committer.put_fact(fact->name, fact->value));
      const std::lock_guard lock(mutex);
      waiting_bytes -= fact->name.size() + fact->value.size();
    } else {
      committer.maintain(true);
      std::get<TickRequest>(request).done();
    }
  }
  flush();
}

void EmbeddedLog::Impl::commit(std::vector<AppendRequest>& group) {
  std::uint64_t bytes = 0;
  for (const AppendRequest& request : group) bytes += request.bytes;
  committer.commit(std::move(group));
  group.clear();
  const std::lock_guard lock(mutex);
  waiting_bytes -= bytes;
}

}  // namespace tidings::store
