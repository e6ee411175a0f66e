// The streams of one reactor. Everything in it lives on that reactor's thread, but for `tell`, which is the log's.
//
// News from the log comes through a queue into the ring of recent frames. Dispatch walks the frames in order and marks
// the streams that each is for as ready; the pump takes ready streams one after the other and writes to each all that
// it wants between its cursor and the ring's head, in one write. While a shard is busy, frames gather in the ring and
// go out together. Resuming, replay and slow readers take the same way; who is too far behind for the ring reads pages
// of the log until it is within it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/audience_walk.hpp"
#include "events/connection_table.hpp"
#include "events/frame_ring.hpp"
#include "events/log_reader.hpp"
#include "events/quota.hpp"
#include "events/read_groups.hpp"
#include "events/shard_queue.hpp"
#include "events/stream.hpp"
#include "events/stream_metrics.hpp"
#include "events/subscriber.hpp"
#include "events/subscriber_index.hpp"
#include "events/timeline.hpp"
#include "platform/slab.hpp"

namespace tidings::events {

// What all shards share.
struct ShardContext {
  Random& random;
  const StreamSettings& settings;
  std::shared_ptr<Quota> quota;
  StreamMetrics metrics;
  SipKey type_key;  // of the hashes of types
  LogReader* log = nullptr;
  // The newest position that was committed, told to any shard or not.
  std::atomic<store::Position> newest{0};
  // What retention has passed: known here before it is known from the queue, which may be full of other news.
  std::atomic<store::Position> floor{0};
};

class Shard final : public net::SlicedWork {
 public:
  // Beyond either, news waits in the queue. Most of the ring is left for what is dispatched and not yet written.
  static constexpr std::size_t most_undispatched_bytes = FrameRing::most_bytes / 4;
  static constexpr std::size_t most_undispatched = 4096;  // frames
  static constexpr std::size_t visits_a_slice = 4096;     // streams looked at by dispatch
  static constexpr std::size_t serves_a_slice = 64;       // streams written to by the pump
  static constexpr std::size_t catch_ups_at_least = 4;    // of a slice's, for those who are behind, whoever is live
  static constexpr std::size_t frames_a_write = 64;
  static constexpr std::size_t bytes_a_write = 64 * 1024;  // after the frame that passes it, a write is full
  static constexpr store::Position most_behind = 1024;     // further behind, the log's index is quicker than the ring
  static constexpr std::size_t most_reads = 4096;          // pages asked for together, and held
  static constexpr std::size_t pages_a_slice = 16;         // streams that pages are written to
  static constexpr std::size_t pages_at_least = 2;         // of those, while others are live
  static constexpr Milliseconds read_pause{50};            // before the log is asked again that was overloaded
  static constexpr Milliseconds drain_step{20};
  static constexpr Milliseconds least_drain{1000};  // what a stream's last bytes have, however short the drain

  Shard(std::uint8_t number, net::Reactor& reactor, ShardContext& context);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  [[nodiscard]] net::Reactor& reactor() const { return reactor_; }

  // The log's thread. Waits while the shard is too far behind.
  void tell(const ShardNews& news);

  // From here on: the reactor's thread.
  void find_start(StartAt start, std::function<void(Result<StartAt>)> done);
  void open(const http::ExchangePtr& exchange, http::Response head, const StreamOptions& options,
            std::unique_ptr<Streams::Place::Taken> place);
  [[nodiscard]] Result<void> extend(const ConnectionId& id, std::string_view user, WallTime expires_at,
                                    std::optional<std::int64_t> issued_at, const CoversChannel& covers);
  bool disconnect(const ConnectionId& id);
  std::size_t disconnect_user(std::string_view user, std::optional<std::int64_t> until);
  // Closes the stream of `user` that has taken nothing for the longest time, where that is a heartbeat or more.
  bool give_way(std::string_view user);
  // At most `query.most` + 1 of them, the first by their id's text.
  [[nodiscard]] std::vector<ConnectionInfo> list(const Streams::Query& query) const;
  // At most `most` + 1 users after `after`, in order.
  [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> presence(std::string_view channel,
                                                                          std::string_view after,
                                                                          std::size_t most) const;
  void drain(Milliseconds over, std::function<void()> done);

  bool run_slice() override;
  void writable(Subscriber& stream);
  void closed(Subscriber& stream) { bury(stream); }
  void timer(Subscriber& stream);

 private:
  // A timer of the shard's own.
  struct Alarm final : net::Timer {
    explicit Alarm(std::function<void()> call) : ring(std::move(call)) {}
    void on_timer() override { ring(); }
    std::function<void()> ring;
  };
  struct Drain {
    std::function<void()> done;
    std::vector<ConnectionId> streams;
    std::size_t told = 0;
    MonotonicTime start;
    Milliseconds over{};
  };

  // News and dispatch: shard_dispatch.cpp.
  void take_news();
  void learn(const ShardNews& news);
  void learn_floor(store::Position floor);
  void learn_frame(const FramePtr& frame);
  void pass_to(store::Position position);
  void begin_anew();
  void find_head();
  bool dispatch(std::size_t visits);
  bool begin_dispatch();
  void visit(Subscriber& stream, const CommittedFrame* frame);

  // The pump: shard_pump.cpp.
  std::size_t serve_some(SubscriberQueue& queue, std::size_t most);
  void serve(Subscriber& stream);
  [[nodiscard]] bool wants(Subscriber& stream, const CommittedFrame& frame) const;
  bool write_frames(Subscriber& stream, store::Position limit);
  bool send(Subscriber& stream, std::string_view event);
  bool send(Subscriber& stream, const EncodedPtr& event);
  bool send_gap(Subscriber& stream, GapReason reason, Spot to);
  void block(Subscriber& stream, std::shared_ptr<const void> owner, std::string_view rest, store::Position then_at);
  void make_ready(Subscriber& stream) { make_ready(stream, ready_); }
  void make_ready(Subscriber& stream, SubscriberQueue& queue);
  void settle(Subscriber& stream) const;

  // Reading the log: shard_replay.cpp.
  void wait_to_read(Subscriber& stream);
  static void join(Subscriber& stream, ReadGroup& group);
  Subscriber* take_waiting(SubscriberQueue& members);
  void start_reads();
  [[nodiscard]] std::optional<store::ReadQuery> next_query(ReadGroup& group);
  [[nodiscard]] std::function<void(Result<store::Page>)> answer_to(ReadGroup& group, store::Position after);
  void finish_read(ReadGroup& group, store::Position after, Result<store::Page> page);
  void serve_pages(std::size_t most);
  void write_page(Subscriber& stream, ReadPage& page);

  // Time and endings: shard_time.cpp.
  [[nodiscard]] std::uint32_t tick() const;
  void accept_token(Subscriber& stream, WallTime expires_at, std::optional<std::int64_t> issued_at) const;
  void arm(Subscriber& stream);
  bool pay(Subscriber& stream);
  [[nodiscard]] EncodedPtr ping(Subscriber& stream);
  [[nodiscard]] Milliseconds silent_for(const Subscriber& stream) const;
  void say_bye(Subscriber& stream, Bye reason);
  bool write_bye(Subscriber& stream);
  void finish(Subscriber& stream);
  void abort(Subscriber& stream);
  void bury(Subscriber& stream);
  void free_later(Subscriber& stream);
  void sweep();
  void drain_on();

  [[nodiscard]] std::optional<Since> since(const StartAt& start) const;
  // The newest position that any client may have seen.
  [[nodiscard]] store::Position newest() const;
  [[nodiscard]] ConnectionInfo describe(const Subscriber& stream) const;

  std::uint8_t number_;
  net::Reactor& reactor_;
  ShardContext& context_;
  std::shared_ptr<ShardQueue> queue_ = std::make_shared<ShardQueue>();
  Timeline timeline_;
  FrameRing ring_;
  bool head_known_ = false;
  store::Position dispatched_ = 0;  // all frames up to here are marked with whom they are for
  std::size_t undispatched_bytes_ = 0;
  EpochNumber dispatched_epoch_ = 0;
  Slab<Subscriber> streams_;
  SubscriberIndex index_{*this, context_.random};
  AudienceWalk walk_{index_};  // of the frame that is being dispatched, or of the beginning of an epoch
  ConnectionTable connections_;
  SubscriberQueue ready_;
  SubscriberQueue behind_;  // ready too, but after those
  ReadGroups groups_;
  std::size_t reads_ = 0;        // under way, or come and not yet offered to all who waited
  std::uint64_t delivered_ = 0;  // not yet counted in the metrics
  std::uint64_t writes_ = 0;
  std::vector<Subscriber*> dead_;
  EncodedPtr last_ping_;
  Spot last_ping_spot_;
  WallTime last_ping_time_;
  Alarm read_again_{[this] { start_reads(); }};
  Alarm drain_alarm_{[this] { drain_on(); }};
  std::optional<Drain> drain_;
};

}  // namespace tidings::events
