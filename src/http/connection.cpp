#include "http/connection.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "http/activity.hpp"
#include "http/connection_table.hpp"
#include "net/socket.hpp"

namespace tidings::http {

Connection::Connection(ConnectionTable& table, net::ByteStream stream, const net::IpAddress& peer, std::uint32_t index)
    : table_(table), stream_(std::move(stream)), index_(index), peer_(peer) {}

Connection::~Connection() = default;

void Connection::start() {
  if (!table_.reactor().add_newcomer(stream_.descriptor(), net::Reactor::all_edges, *this)) return break_off();
  static_cast<void>(activity());
  read_within(table_.limits().request_time.load(std::memory_order_relaxed));
}

void Connection::admit() {
  if (!newcomer_) return;
  newcomer_ = false;
  if (!table_.reactor().admit(stream_.descriptor(), *this)) break_off();
}

bool Connection::mark_queued(bool queued) {
  if (queued_ == queued) return false;
  queued_ = queued;
  return true;
}

void Connection::on_ready(std::uint32_t epoll_events) {
  if (phase_ == Phase::closed) return;
  // Both directions are shut, or the connection was reset: an answer would be for nobody.
  if ((epoll_events & (EPOLLERR | EPOLLHUP)) != 0) return break_off();
  if ((epoll_events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((epoll_events & EPOLLRDHUP) != 0) told_of_end_ = true;
  if ((epoll_events & EPOLLOUT) != 0) flush();
  turn();
}

void Connection::turn() {
  constexpr int most_steps = 16;
  in_turn_ = true;
  int steps = 0;
  while (step()) {
    if (++steps < most_steps) continue;
    table_.kick(*this);
    break;
  }
  in_turn_ = false;
  release_head();
  settle();
}

void Connection::drain() {
  if (phase_ != Phase::head) return;
  readable_ = true;  // its word of that may not have been told yet
  turn();            // what has arrived already is still answered
  // Whoever has just connected, perhaps from the queue, is owed an answer.
  if (phase_ == Phase::head && activity().inbox.empty() && activity().idles) break_off();
}

void Connection::break_off() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  table_.reactor().remove(stream_.descriptor(), *this);
  if (activity_) table_.reactor().timers().cancel(*activity_);
  stream_.close();
  table_.bury(*this);
}

void Connection::announce_closed() {
  if (activity_ && activity_->exchange)
    std::exchange(activity_->exchange, nullptr)->detach(RequestExchange::Left::gone);
  if (StreamConsumer* consumer = std::exchange(consumer_, nullptr)) consumer->on_closed();
}

void Connection::on_deadline() {
  Activity& activity = *activity_;
  const MonotonicTime now = table_.reactor().now();
  if (now >= activity.write_by) return break_off();
  if (now < activity.read_by) return set_deadlines(activity.read_by, activity.write_by);
  stop_reading_clock();
  switch (phase_) {
    case Phase::head:
      if (activity.inbox.empty()) return break_off();
      return refuse({ErrorCode::request_timeout, "The head did not arrive in time"},
                    salvage_head(activity.whole_lines(activity.inbox)));
    case Phase::exchange:
    case Phase::streaming:
      return fail_body({ErrorCode::request_timeout, "The body did not arrive in time"});
    case Phase::discarding:
      return linger();
    default:
      return break_off();
  }
}

Activity& Connection::activity() {
  if (!activity_) {
    activity_ =
        std::make_unique<Activity>(*this, HeadScanner(table_.limits().header_bytes.load(std::memory_order_relaxed),
                                                      table_.limits().header_fields.load(std::memory_order_relaxed)));
  }
  return *activity_;
}

void Connection::set_deadlines(MonotonicTime read_by, MonotonicTime write_by) {
  Activity& activity = *activity_;
  activity.read_by = read_by;
  activity.write_by = write_by;
  const MonotonicTime next = std::min(read_by, write_by);
  if (next == Activity::never) {
    table_.reactor().timers().cancel(activity);
  } else {
    table_.reactor().timers().arm(activity, next);
  }
}

void Connection::read_within(Milliseconds time) { set_deadlines(table_.reactor().now() + time, activity().write_by); }

MonotonicTime Connection::write_deadline() const {
  return table_.reactor().now() + table_.limits().write_timeout.load(std::memory_order_relaxed);
}

void Connection::stop_reading_clock() { set_deadlines(Activity::never, activity().write_by); }

}  // namespace tidings::http
