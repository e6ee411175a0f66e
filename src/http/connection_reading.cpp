// How a connection reads: heads, bodies as far as they are wanted, and what has to be read past.
#include <algorithm>
#include <utility>

#include "http/activity.hpp"
#include "http/connection.hpp"
#include "http/connection_table.hpp"
#include "platform/room.hpp"

namespace tidings::http {

net::Transfer Connection::receive() {
  if (!readable_) return {0, net::Outcome::blocked};
  const net::Transfer got = stream_.read(table_.receive_buffer());
  if (got.outcome == net::Outcome::blocked || (got.last && !told_of_end_)) readable_ = false;
  if (got.outcome == net::Outcome::broken) break_off();
  return got;
}

bool Connection::step() {
  switch (phase_) {
    case Phase::head:
      return step_head();
    case Phase::exchange:
      return step_body();
    case Phase::discarding:
      return step_discarding();
    case Phase::lingering:
      return step_past();
    case Phase::streaming:
      return activity_ && activity_->exchange && activity_->exchange->demand() != RequestExchange::Demand::none
                 ? step_body()
                 : step_past();
    case Phase::flushing:
    case Phase::closed:
      return false;
  }
  return false;  // GCOVR_EXCL_LINE: every phase above returns
}

bool Connection::step_head() {
  Activity& activity = *activity_;
  if (!activity.inbox.empty() && take_head(activity.inbox)) return true;
  const net::Transfer got = receive();
  // A peer that ends in the middle of a head has nothing to be told.
  if (got.outcome == net::Outcome::ended) break_off();
  if (got.outcome != net::Outcome::done) return false;
  const std::string_view received(table_.receive_buffer().data(), got.bytes);
  // Most heads come whole, and are read where they arrived.
  if (activity.inbox.empty() && take_head(received)) return true;
  activity.inbox.append(received);
  return true;
}

// Goes on with the head at the beginning of `received`, which is the inbox or would be put into it. Whether that led to
// something: a request, or a refusal.
bool Connection::take_head(std::string_view received) {
  Activity& activity = *activity_;
  if (!std::exchange(activity.head_begun, true)) {
    read_within(table_.limits().request_time.load(std::memory_order_relaxed));
  }
  const auto size = activity.scanner.scan(received);
  if (!size) {
    refuse(size.error(), salvage_head(activity.whole_lines(received)));
    return true;
  }
  if (*size > 0) begin_request(received, *size);
  return *size > 0;
}

void Connection::begin_request(std::string_view received, std::size_t head_size) {
  Activity& activity = *activity_;
  const std::size_t leading = activity.scanner.leading();
  auto head = parse_head(received.substr(leading, head_size - leading));
  if (!head) return refuse(head.error(), salvage_head(activity.whole_lines(received)));
  if (activity.inbox.empty()) {
    activity.inbox.assign(received.substr(head_size));
  } else {
    activity.inbox.erase(0, head_size);
  }
  stop_reading_clock();

  keep_alive_ = head->keep_alive;
  tolerates_end_ = false;
  discarded_ = 0;
  activity.decoder = BodyDecoder(*head);
  activity.owes_go_ahead = head->expect == Head::Expect::go_ahead && !activity.decoder.complete();
  head->request.peer = peer_;
  if (head->expect == Head::Expect::unknown) {
    return refuse({ErrorCode::expectation_failed, "Only 100-continue may be expected"}, head->request);
  }
  if (head->request.path == "*") {  // OPTIONS of the server itself (RFC 9110 §9.3.7): it is here, and that is all
    Response response;
    response.status = 204;
    table_.handler().decorate(head->request, response);
    return send_response(head->request, response, table_.reactor().now());
  }
  phase_ = Phase::exchange;
  activity.exchange =
      std::make_shared<RequestExchange>(*this, table_.reactor(), std::move(head->request), table_.reactor().now());
  table_.handler().handle(activity.exchange);
}

bool Connection::step_body() {
  Activity& activity = *activity_;
  const auto exchange = activity.exchange;  // its handler may let go of it from within
  if (!exchange || !exchange->wants_body()) return false;
  if (exchange->refuse_body()) {
    stop_reading_clock();
    return true;
  }
  if (activity.decoder.complete()) {
    stop_reading_clock();
    exchange->end_body();
    return true;
  }

  std::string held = std::exchange(activity.inbox, {});
  std::string_view input = held;
  if (input.empty()) {
    const net::Transfer got = receive();
    if (got.outcome == net::Outcome::ended) {
      fail_body({ErrorCode::request_malformed, "The body ended before it was whole"});
      return true;
    }
    if (got.outcome != net::Outcome::done) return false;
    input = {table_.receive_buffer().data(), got.bytes};
  }
  if (exchange->demand() == RequestExchange::Demand::streamed) read_within(ServerLimits::body_silence);
  activity.owes_go_ahead = false;
  while (!input.empty() && !activity.decoder.complete() && exchange->wants_body()) {
    auto piece = activity.decoder.decode(input);
    if (!piece) {
      table_.probe().malformed.add();
      fail_body(piece.error());
      return true;
    }
    input.remove_prefix(piece->consumed);
    if (!piece->payload.empty()) exchange->take_body(piece->payload);
  }
  if (phase_ == Phase::closed) return true;
  held.assign(input);
  activity.inbox.swap(held);  // with its room, for the next request
  return true;
}

// What is left of a body cannot be understood, or will not come: this message has no end any more.
void Connection::fail_body(const Error& error) {
  Activity& activity = *activity_;
  activity.body_failed = true;
  empty_and_free(activity.inbox);
  keep_alive_ = false;
  stop_reading_clock();
  if (const auto exchange = activity.exchange) exchange->fail_body(error);
  table_.kick(*this);
}

bool Connection::step_discarding() {
  Activity& activity = *activity_;
  std::string held = std::exchange(activity.inbox, {});
  std::string_view input = held;
  if (input.empty()) {
    const net::Transfer got = receive();
    if (got.outcome == net::Outcome::ended) break_off();
    if (got.outcome != net::Outcome::done) return false;
    input = {table_.receive_buffer().data(), got.bytes};
  }
  while (!input.empty() && !activity.decoder.complete()) {
    auto piece = activity.decoder.decode(input);
    if (!piece) {
      linger();
      return true;
    }
    input.remove_prefix(piece->consumed);
    discarded_ += static_cast<std::uint32_t>(piece->consumed);
  }
  activity.inbox.assign(input);
  if (activity.decoder.complete()) {
    finish_message();
  } else if (discarded_ > ServerLimits::discard_bytes) {
    linger();
  }
  return true;
}

// Whatever comes is of no use: a stream's client has nothing to say, and a lingering one is only waited for.
bool Connection::step_past() {
  const net::Transfer got = receive();
  if (got.outcome == net::Outcome::ended && !(phase_ == Phase::streaming && tolerates_end_)) break_off();
  if (got.outcome != net::Outcome::done) return false;
  discarded_ += static_cast<std::uint32_t>(got.bytes);
  keep_alive_ = false;
  if (discarded_ > ServerLimits::discard_bytes) break_off();
  return true;
}

void Connection::on_demand(RequestExchange& exchange) {
  if (phase_ == Phase::closed) return;  // soon told by `announce_closed`
  Activity& activity = *activity_;
  if (!exchange.wants_body()) {
    stop_reading_clock();
  } else if (exchange.demand() == RequestExchange::Demand::whole) {
    read_within(table_.limits().request_time.load(std::memory_order_relaxed));
  } else {
    tolerates_end_ = true;
    read_within(ServerLimits::body_silence);
  }
  if (exchange.wants_body() && !exchange.over_limit() && activity.inbox.empty() &&
      std::exchange(activity.owes_go_ahead, false)) {
    send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (!in_turn_) table_.kick(*this);  // a turn that runs goes on by itself
}

// Lets go of all that a stream without a body to read does not need.
void Connection::settle() {
  if (phase_ != Phase::streaming || !activity_ || !activity_->outbox.empty()) return;
  const auto exchange = std::exchange(activity_->exchange, nullptr);
  if (exchange && exchange->demand() != RequestExchange::Demand::none) {
    activity_->exchange = exchange;
    return;
  }
  const bool whole = activity_->decoder.complete();
  if (!whole || activity_->body_failed || !activity_->inbox.empty()) keep_alive_ = false;
  if (exchange) exchange->detach(whole ? RequestExchange::Left::answered : RequestExchange::Left::unread);
  activity_.reset();
}

}  // namespace tidings::http
