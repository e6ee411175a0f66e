// How a connection answers: whole responses, response streams, and what follows an answer.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "http/activity.hpp"
#include "http/connection.hpp"
#include "http/connection_table.hpp"
#include "http/response_head.hpp"
#include "net/socket.hpp"
#include "observe/log.hpp"
#include "platform/room.hpp"

namespace tidings::http {
namespace {

constexpr std::size_t most_copied_body = 4096;
constexpr std::string_view last_chunk = "0\r\n\r\n";

iovec piece_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // writing only reads it
}

std::size_t size_of(std::span<const iovec> pieces) {
  std::size_t size = 0;
  for (const iovec& piece : pieces) size += piece.iov_len;
  return size;
}

}  // namespace

void Connection::send(std::string_view bytes) {
  const std::array pieces{piece_of(bytes)};
  send(pieces);
}

// What the socket does not take waits in the outbox, which so holds at most what one answer does.
void Connection::send(std::span<const iovec> pieces) {
  if (phase_ == Phase::closed) return;
  std::size_t taken = 0;
  if (!activity_ || activity_->outbox.empty()) {
    const net::Transfer sent = stream_.write(pieces);
    if (sent.outcome == net::Outcome::broken) return break_off();
    if (sent.outcome == net::Outcome::done) return;
    taken = sent.bytes;
    set_deadlines(activity().read_by, write_deadline());
  }
  for (const iovec& piece : pieces) {
    const std::size_t skipped = std::min(taken, piece.iov_len);
    taken -= skipped;
    activity_->outbox.append(static_cast<const char*>(piece.iov_base) + skipped, piece.iov_len - skipped);
  }
}

// The socket takes bytes again.
void Connection::flush() {
  if (activity_ && !activity_->outbox.empty()) {
    Activity& activity = *activity_;
    activity.holds_head = false;
    const std::array pieces{piece_of(std::string_view(activity.outbox).substr(activity.written))};
    const net::Transfer sent = stream_.write(pieces);
    if (sent.outcome == net::Outcome::broken) return break_off();
    activity.written += sent.bytes;
    if (activity.written < activity.outbox.size()) {
      if (sent.bytes > 0) set_deadlines(activity.read_by, write_deadline());
      return;
    }
    empty_and_free(activity.outbox);
    activity.written = 0;
    set_deadlines(activity.read_by, Activity::never);
    if (phase_ == Phase::flushing) after_response();
  }
  if (phase_ == Phase::streaming && owes_writable_) {
    owes_writable_ = false;
    consumer_->on_writable();
  }
}

void Connection::respond(RequestExchange& exchange, const Response& response) {
  if (phase_ == Phase::closed) return;
  Activity& activity = *activity_;
  const auto self = std::exchange(activity.exchange, nullptr);
  exchange.detach(activity.decoder.complete() ? RequestExchange::Left::answered : RequestExchange::Left::unread);
  send_response(exchange.request(), response, exchange.began());
}

void Connection::refuse(const Error& error, const Request& request) {
  if (phase_ == Phase::closed) return;
  if (error.code != ErrorCode::overloaded) table_.probe().malformed.add();
  activity_->body_failed = true;
  Response response = problem_response(error);
  table_.handler().decorate(request, response);
  table_.handler().on_refused(error.code);
  send_response(request, response, table_.reactor().now());
}

void Connection::send_response(const Request& request, const Response& response, MonotonicTime began) {
  const Activity& activity = *activity_;
  // A client that waits for 100 (Continue) may send its body or the next request now: only closing tells them apart.
  keep_alive_ = keep_alive_ && !table_.draining() && !activity.body_failed && !activity.owes_go_ahead &&
                activity.decoder.remaining() <= ServerLimits::discard_bytes;
  account(request, response, began);
  // RFC 9110 §8.6: the length that GET would give. Only a response stream has none to give.
  const bool of_a_stream = request.method == "HEAD" && response.body.empty();
  std::string& head = table_.head_room();
  append_head(head, response,
              {.end = of_a_stream ? BodyEnd::unsaid : BodyEnd::length,
               .length = response.body.size(),
               .keep_alive = keep_alive_,
               .minor_version = request.minor_version,
               .date = table_.date()});
  const bool no_body = request.method == "HEAD" || response.status == 204 || response.status == 304;
  const std::string_view body = no_body ? std::string_view() : response.body;
  phase_ = Phase::flushing;
  stop_reading_clock();
  if (body.size() <= most_copied_body) {  // one piece costs the kernel less than two, and the copy next to nothing
    send(head.append(body));
  } else {
    send(std::array{piece_of(head), piece_of(body)});
  }
  finish_response();
}

ResponseStream* Connection::respond_stream(RequestExchange& exchange, const Response& head, StreamConsumer& consumer) {
  if (phase_ == Phase::closed) return nullptr;
  Activity& activity = *activity_;
  const Request& request = exchange.request();
  account(request, head, exchange.began());
  chunked_ = request.minor_version == 1;
  keep_alive_ = keep_alive_ && chunked_ && !table_.draining() && !activity.body_failed && !activity.owes_go_ahead;
  std::string& text = table_.head_room();
  append_head(text, head,
              {.end = chunked_ ? BodyEnd::chunked : BodyEnd::close,
               .keep_alive = keep_alive_,
               .minor_version = request.minor_version,
               .date = table_.date()});
  owes_writable_ = false;
  if (request.method == "HEAD") {
    phase_ = Phase::flushing;
    send(text);
    if (phase_ == Phase::closed) return nullptr;
    const auto self = std::exchange(activity.exchange, nullptr);
    exchange.detach(activity.decoder.complete() ? RequestExchange::Left::answered : RequestExchange::Left::unread);
    finish_response();
    return nullptr;
  }
  phase_ = Phase::streaming;
  admit();
  if (phase_ == Phase::closed) return nullptr;
  // The head of a stream and its first event are one write, and one packet.
  activity.holds_head = activity.outbox.empty();
  activity.outbox += text;
  consumer_ = &consumer;
  if (!in_turn_) table_.kick(*this);
  return this;
}

// The first bytes of a stream, and its head before them.
std::size_t Connection::write_with_head(std::span<const iovec> pieces) {
  Activity& activity = *activity_;
  activity.holds_head = false;
  std::vector<iovec> all{piece_of(activity.outbox)};
  all.insert(all.end(), pieces.begin(), pieces.end());
  const net::Transfer sent = stream_.write(all);
  if (sent.outcome == net::Outcome::broken) {
    break_off();
    return size_of(pieces);
  }
  if (sent.outcome == net::Outcome::blocked) owes_writable_ = true;
  if (sent.bytes < activity.outbox.size()) {
    activity.written = sent.bytes;
    set_deadlines(activity.read_by, write_deadline());
    return 0;
  }
  const std::size_t taken = sent.bytes - activity.outbox.size();
  empty_and_free(activity.outbox);
  return taken;
}

void Connection::release_head() {
  if (!activity_ || !std::exchange(activity_->holds_head, false)) return;
  set_deadlines(activity_->read_by, write_deadline());
  flush();
}

void Connection::account(const Request& request, const Response& response, MonotonicTime began) {
  table_.probe().answered[static_cast<std::size_t>(response.status / 100 - 1)]->add();
  if (!observe::log_enabled(observe::Level::debug)) return;
  observe::log(observe::Level::debug, "request",
               {{"method", request.method},
                {"path", request.path},
                {"status", response.status},
                {"code", response.code},
                {"duration_ms", (table_.reactor().now() - began).count()}});
}

std::size_t Connection::write(std::span<const iovec> pieces) {
  if (phase_ != Phase::streaming) return size_of(pieces);
  if (activity_ && !activity_->outbox.empty()) {
    if (activity_->holds_head) return write_with_head(pieces);
    owes_writable_ = true;
    return 0;
  }
  const net::Transfer sent = stream_.write(pieces);
  if (sent.outcome == net::Outcome::broken) {
    break_off();
    return size_of(pieces);
  }
  if (sent.outcome == net::Outcome::blocked) owes_writable_ = true;
  return sent.bytes;
}

Milliseconds Connection::unacknowledged_for() const {
  return phase_ == Phase::closed ? Milliseconds{0} : net::unacknowledged_for(stream_.descriptor());
}

void Connection::end() {
  consumer_ = nullptr;
  release_head();
  if (phase_ != Phase::streaming) return;
  Activity& activity = this->activity();
  if (const auto exchange = std::exchange(activity.exchange, nullptr)) {
    exchange->detach(activity.decoder.complete() ? RequestExchange::Left::answered : RequestExchange::Left::unread);
  }
  phase_ = Phase::flushing;
  stop_reading_clock();
  if (chunked_) send(last_chunk);
  finish_response();
}

void Connection::abort() {
  consumer_ = nullptr;
  if (phase_ == Phase::closed) return;
  // A response whose end is the connection's would look complete after an orderly close.
  const struct ::linger reset { .l_onoff = 1, .l_linger = 0 };
  ::setsockopt(stream_.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  break_off();
}

void Connection::finish_response() {
  if (phase_ == Phase::flushing && activity_->outbox.empty()) after_response();
  if (phase_ != Phase::closed && !in_turn_) table_.kick(*this);
}

// The answer is written: what is left of the request is read past, so that the client gets to read it.
void Connection::after_response() {
  const Activity& activity = *activity_;
  if (activity.decoder.complete() || activity.body_failed || activity.owes_go_ahead) return finish_message();
  phase_ = Phase::discarding;
  discarded_ = 0;
  read_within(ServerLimits::discard_time);
}

void Connection::finish_message() {
  if (keep_alive_ && !table_.draining()) return next_request();
  linger();
}

void Connection::next_request() {
  activity_->renew(HeadScanner(table_.limits().header_bytes.load(std::memory_order_relaxed),
                               table_.limits().header_fields.load(std::memory_order_relaxed)));
  phase_ = Phase::head;
  // Whoever asks in a loop has often asked again by now: to look costs less than to be told, and then more requests
  // come in one turn, which the log stores in one go.
  readable_ = true;
  if (activity_->answers == answers_of_a_newcomer) admit();
  if (phase_ == Phase::closed) return;
  read_within(table_.limits().idle_time.load(std::memory_order_relaxed));
}

void Connection::linger() {
  stream_.shutdown();
  empty_and_free(activity_->inbox);
  phase_ = Phase::lingering;
  discarded_ = 0;
  read_within(ServerLimits::discard_time);
}

}  // namespace tidings::http
