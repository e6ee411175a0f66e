#include "shared/log.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <utility>

#include "observe/log.hpp"
#include "shared/appender.hpp"
#include "shared/follower.hpp"
#include "shared/thread.hpp"
#include "store/log_reader.hpp"
#include "store/rocksdb_store.hpp"

namespace tidings::shared {
namespace {

// How long a log that ends waits for what it was given to store.
constexpr Milliseconds last_answers{Seconds{5}};

std::unique_ptr<store::EventStore> make_store(const std::filesystem::path& folder) {
  store::RocksDbSettings settings;
  settings.folder = folder;
  return store::make_rocksdb_store(std::move(settings));
}

}  // namespace

struct Log::Impl {
  Impl(LogSettings log_settings, ReactorThread& its_thread, const Clock& clock, Random& random,
       store::LogListener& listener, observe::Metrics& metrics)
      : settings(std::move(log_settings)),
        names(settings.prefix),
        time(clock),
        thread(its_thread),
        copy(settings.copy, make_store, listener, metrics),
        shared{thread.reactor(), clock, random, metrics, settings.address, names},
        follower(shared, copy, time, scripts),
        appender(shared, follower, scripts, settings.replicas),
        refused(metrics.counter("tidings_log_overloaded_total", "Requests refused because too much waited")) {
    follower.retention = settings.retention;
    follower.on_first_caught_up = [this] {
      copy.go_live();
      const std::lock_guard lock(mutex);
      caught_up = true;
      changed.notify_all();
    };
    follower.on_fact = [this](const std::string& name, const std::string& value) { learn(name, value); };
  }

  void learn(const std::string& name, const std::string& value);

  LogSettings settings;
  Names names;
  LogClock time;
  Scripts scripts;
  ReactorThread& thread;
  Copy copy;
  Shared shared;
  Follower follower;
  Appender appender;
  // One by one, since the copy may become another between two steps of a pass.
  store::LogReader reader{[this](const store::ReadQuery& query) { return copy.read(query); }};
  observe::Counter& refused;
  store::FactListener* fact_listener = nullptr;
  bool started = false;
  bool ran = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool caught_up = false;                                       // under the mutex
  std::map<std::string, std::string, std::less<>> known_facts;  // as above
};

void Log::Impl::learn(const std::string& name, const std::string& value) {
  {
    const std::lock_guard lock(mutex);
    known_facts.insert_or_assign(name, value);
    if (!caught_up) return;
  }
  if (fact_listener != nullptr) fact_listener->on_fact(name, value);
}

Log::Log(LogSettings settings, ReactorThread& thread, const Clock& clock, Random& random, store::LogListener& listener,
         observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(settings), thread, clock, random, listener, metrics)) {}

Log::~Log() {
  stop();
  // What was handed over by then has run.
  if (impl_->ran) impl_->thread.run([] {});
}

void Log::listen_to_facts(store::FactListener& listener) { impl_->fact_listener = &listener; }

Result<void> Log::start() {
  Impl& impl = *impl_;
  if (auto opened = impl.copy.open(); !opened) return opened;
  impl.reader.start();
  impl.started = impl.ran = true;
  impl.thread.reactor().post([&impl] { impl.follower.start(); });
  std::unique_lock lock(impl.mutex);
  if (impl.changed.wait_for(lock, impl.settings.start_time, [&impl] { return impl.caught_up; })) return {};
  return fail(ErrorCode::store_unavailable,
              "the log in Redis at " + impl.settings.address.redacted() + " could not be read within " +
                  std::to_string(impl.settings.start_time.count() / 1000) + " s; the hub's log says why");
}

void Log::stop() {
  Impl& impl = *impl_;
  if (!impl.started) return;
  impl.started = false;
  auto finished = std::make_shared<std::promise<void>>();
  impl.thread.reactor().post([&impl, finished] { impl.appender.finish([finished] { finished->set_value(); }); });
  finished->get_future().wait_for(last_answers);
  impl.thread.run([&impl] { impl.follower.stop(); });
  impl.reader.stop();
  impl.copy.close();
}

void Log::append_all(std::vector<std::vector<store::Event>> requests, const AllAppended& done) {
  impl_->appender.append_all(std::move(requests), done);
}

void Log::read(std::vector<store::Read> reads) {
  for (store::Read& refused : impl_->reader.submit(std::move(reads))) {
    impl_->refused.add();
    refused.done(store::too_many_readers());
  }
}

void Log::find_time(WallTime time, std::function<void(Result<store::TimePlace>)> done) {
  auto task = [impl = impl_.get(), time, done] { done(impl->copy.find_time(impl->time.from_wall(time))); };
  if (impl_->reader.submit(std::move(task))) return;
  impl_->refused.add();
  done(store::too_many_readers());
}

void Log::put_fact(std::string name, std::string value, std::function<void(Result<void>)> done) {
  impl_->appender.put_fact(std::move(name), std::move(value), std::move(done));
}

Result<std::vector<std::pair<std::string, std::string>>> Log::facts(std::string_view prefix) const {
  std::vector<std::pair<std::string, std::string>> found;
  const std::lock_guard lock(impl_->mutex);
  const auto& all = impl_->known_facts;
  for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at) {
    found.emplace_back(*at);
  }
  return found;
}

void Log::reach(const store::Cursor& cursor, std::function<void()> done) {
  if (impl_->copy.holds(cursor)) return done();
  impl_->thread.reactor().post([impl = impl_.get(), done = std::move(done)] { impl->follower.when_current(done); });
}

store::Cursor Log::head() const { return impl_->copy.head(); }

bool Log::healthy() const { return impl_->follower.in_step(); }

bool Log::readable() const { return impl_->copy.readable(); }

void Log::set_retention(store::Retention retention) {
  impl_->thread.reactor().post([impl = impl_.get(), retention] {
    impl->follower.retention = retention;
    impl->follower.meet();
  });
}

}  // namespace tidings::shared
