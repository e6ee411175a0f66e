// All shards together: each question goes to the shards by their reactors' task queues, and its answer back to the
// reactor that asked.
#include <algorithm>
#include <atomic>
#include <iterator>
#include <string>
#include <utility>

#include "events/shard.hpp"
#include "events/stream.hpp"

namespace tidings::events {

struct Streams::Impl {
  Impl(Random& random, const StreamSettings& settings, observe::Metrics& metrics)
      : context{random, settings, std::make_shared<Quota>(settings, random), StreamMetrics(metrics),
                SipKey::make(random)} {}

  [[nodiscard]] Shard& of(const net::Reactor& reactor) const {
    return **std::ranges::find_if(shards, [&](const auto& shard) { return &shard->reactor() == &reactor; });
  }
  [[nodiscard]] Shard* holding(const ConnectionId& id) const {
    return id.shard() < shards.size() ? shards[id.shard()].get() : nullptr;
  }
  void tell_all(const ShardNews& news) const {
    for (const auto& shard : shards) shard->tell(news);
  }
  void try_to_reserve(net::Reactor& reactor, const std::string& user, const net::IpAddress& address, std::size_t asked,
                      const std::function<void(Result<Place>)>& done);

  // Asks `question` of each shard on its own thread; `done` gets all answers on `reactor`'s.
  template <typename Answer, typename Question>
  void gather(net::Reactor& reactor, Question question, std::function<void(std::vector<Answer>)> done) const {
    struct Gathered {
      std::vector<Answer> answers;
      std::atomic<std::size_t> missing;
      std::function<void(std::vector<Answer>)> done;
    };
    auto gathered = std::make_shared<Gathered>();
    gathered->answers.resize(shards.size());
    gathered->missing = shards.size();
    gathered->done = std::move(done);
    for (std::size_t i = 0; i < shards.size(); ++i) {
      shards[i]->reactor().post([shard = shards[i].get(), i, gathered, question, &reactor] {
        gathered->answers[i] = question(*shard);
        if (gathered->missing.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        reactor.post([gathered] { gathered->done(std::move(gathered->answers)); });
      });
    }
  }

  ShardContext context;
  std::unique_ptr<LogReader> log;
  std::vector<std::unique_ptr<Shard>> shards;
  store::Epochs epochs;  // on the log's thread
};

Streams::Streams(std::vector<net::Reactor*> reactors, const Clock& /*clock*/, Random& random,
                 const StreamSettings& settings, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(random, settings, metrics)) {
  for (std::size_t i = 0; i < reactors.size(); ++i) {
    impl_->shards.push_back(std::make_unique<Shard>(static_cast<std::uint8_t>(i), *reactors[i], impl_->context));
  }
}

Streams::~Streams() = default;

void Streams::attach(store::EventLog& log) { attach(std::make_unique<EventLogReader>(log)); }

void Streams::attach(std::unique_ptr<LogReader> log) {
  impl_->log = std::move(log);
  impl_->context.log = impl_->log.get();
}

Streams::Place::Place() = default;
Streams::Place::Place(Place&&) noexcept = default;
Streams::Place& Streams::Place::operator=(Place&&) noexcept = default;
Streams::Place::~Place() = default;

void Streams::reserve(net::Reactor& reactor, std::string_view user, const net::IpAddress& address,
                      const std::function<void(Result<Place>)>& done) {
  impl_->try_to_reserve(reactor, std::string(user), address, 0, done);
}

// At the user's limit the shards are asked one after the other for a stream of theirs that is stuck: one that gives way
// is enough, and where none does the error stands.
void Streams::Impl::try_to_reserve(net::Reactor& reactor, const std::string& user, const net::IpAddress& address,
                                   std::size_t asked, const std::function<void(Result<Place>)>& done) {
  bool at_user_limit = false;
  if (auto taken = context.quota->take(user, address, &at_user_limit); !taken) {
    if (!at_user_limit || asked == shards.size()) return done(tl::unexpected(std::move(taken).error()));
    Shard* shard = shards[asked].get();
    return shard->reactor().post([this, shard, &reactor, user, address, asked, done] {
      static_cast<void>(shard->give_way(user));
      reactor.post(
          [this, &reactor, user, address, asked, done] { try_to_reserve(reactor, user, address, asked + 1, done); });
    });
  }
  Place place;
  place.taken_ = std::make_unique<Place::Taken>(context.quota, user, address);
  done(std::move(place));
}

Result<void> Streams::check_limits(std::string_view user, const net::IpAddress& address) const {
  return impl_->context.quota->check(user, address);
}

void Streams::find_start(net::Reactor& reactor, StartAt start, std::function<void(Result<StartAt>)> done) {
  impl_->of(reactor).find_start(std::move(start), std::move(done));
}

void Streams::open(const http::ExchangePtr& exchange, http::Response head, const StreamOptions& options, Place place) {
  impl_->of(exchange->reactor()).open(exchange, std::move(head), options, std::move(place.taken_));
}

void Streams::extend(net::Reactor& reactor, const ConnectionId& id, std::string_view user, WallTime expires_at,
                     std::optional<std::int64_t> issued_at, CoversChannel covers,
                     std::function<void(Result<void>)> done) {
  Shard* shard = impl_->holding(id);
  if (shard == nullptr) {
    return reactor.post(
        [done = std::move(done)] { done(fail(ErrorCode::connection_not_found, "there is no such connection")); });
  }
  shard->reactor().post([shard, id, user = std::string(user), expires_at, issued_at, covers = std::move(covers),
                         &reactor, done = std::move(done)] {
    auto extended = shard->extend(id, user, expires_at, issued_at, covers);
    reactor.post([done, extended = std::move(extended)] { done(extended); });
  });
}

void Streams::disconnect(net::Reactor& reactor, const ConnectionId& id, std::function<void(bool)> done) {
  Shard* shard = impl_->holding(id);
  if (shard == nullptr) return reactor.post([done = std::move(done)] { done(false); });
  shard->reactor().post([shard, id, &reactor, done = std::move(done)] {
    reactor.post([done, was = shard->disconnect(id)] { done(was); });
  });
}

void Streams::disconnect_user(net::Reactor& reactor, std::string_view user, std::optional<std::int64_t> until,
                              std::function<void(std::size_t)> done) {
  impl_->gather<std::size_t>(
      reactor, [user = std::string(user), until](Shard& shard) { return shard.disconnect_user(user, until); },
      [done = std::move(done)](const std::vector<std::size_t>& counts) {
        std::size_t all = 0;
        for (const std::size_t count : counts) all += count;
        done(all);
      });
}

void Streams::list(net::Reactor& reactor, Query query, std::function<void(Listing)> done) {
  using Page = std::vector<ConnectionInfo>;
  const std::size_t most = query.most;
  impl_->gather<Page>(
      reactor, [query = std::move(query)](const Shard& shard) { return shard.list(query); },
      [most, done = std::move(done)](std::vector<Page> pages) {
        std::vector<std::pair<std::string, ConnectionInfo>> all;
        for (Page& page : pages) {
          for (ConnectionInfo& info : page) all.emplace_back(info.id.text(), std::move(info));
        }
        std::ranges::sort(all, {}, [](const auto& entry) -> const std::string& { return entry.first; });
        Listing listing;
        if (all.size() > most && most > 0) listing.next = all[most - 1].first;
        all.resize(std::min(all.size(), most));
        for (auto& [text, info] : all) listing.connections.push_back(std::move(info));
        done(std::move(listing));
      });
}

void Streams::presence(net::Reactor& reactor, std::string channel, std::string after, std::size_t most,
                       std::function<void(Presence)> done) {
  using Page = std::vector<std::pair<std::string, std::size_t>>;
  impl_->gather<Page>(
      reactor,
      [channel = std::move(channel), after = std::move(after), most](const Shard& shard) {
        return shard.presence(channel, after, most);
      },
      [most, done = std::move(done)](const std::vector<Page>& pages) {
        Presence presence;
        for (const Page& page : pages) presence.users.insert(presence.users.end(), page.begin(), page.end());
        std::ranges::sort(presence.users);
        Page merged;
        for (auto& [user, count] : presence.users) {
          if (!merged.empty() && merged.back().first == user) {
            merged.back().second += count;
          } else {
            merged.emplace_back(std::move(user), count);
          }
        }
        if (merged.size() > most && most > 0) presence.next = merged[most - 1].first;
        merged.resize(std::min(merged.size(), most));
        presence.users = std::move(merged);
        done(std::move(presence));
      });
}

void Streams::drain(Milliseconds over, const std::function<void()>& done) {
  auto left = std::make_shared<std::atomic<std::size_t>>(impl_->shards.size());
  for (const auto& shard : impl_->shards) {
    shard->reactor().post([shard = shard.get(), over, left, done] {
      shard->drain(over, [left, done] {
        if (left->fetch_sub(1, std::memory_order_acq_rel) == 1) done();
      });
    });
  }
}

std::size_t Streams::open_streams() const { return static_cast<std::size_t>(impl_->context.metrics.open.value()); }

void Streams::on_epoch(store::Epoch epoch) {
  impl_->epochs.begin(epoch);
  impl_->tell_all(epoch);
}

void Streams::on_committed(std::span<const store::RecordPtr> records) {
  if (records.empty()) return;
  impl_->context.newest.store(records.back()->position, std::memory_order_release);
  std::string cursor;
  for (const store::RecordPtr& record : records) {
    cursor.clear();
    impl_->epochs.cursor_of_event(record->position).append_to(cursor);
    impl_->tell_all(std::make_shared<const CommittedFrame>(record, cursor, impl_->context.type_key));
  }
}

void Streams::on_floor(store::Position floor) {
  impl_->context.floor.store(floor, std::memory_order_release);
  impl_->tell_all(FloorRaised{floor});
}

}  // namespace tidings::events
