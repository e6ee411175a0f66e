#include "http/request_exchange.hpp"

#include "http/connection.hpp"
#include "platform/room.hpp"

namespace tidings::http {

void RequestExchange::read_body(std::size_t limit, std::function<void(Result<std::string>)> done) {
  limit_ = limit;
  done_ = std::move(done);
  demand_ = Demand::whole;
  if (connection_ == nullptr) return tell_later();
  connection_->on_demand(*this);
}

void RequestExchange::stream_body(BodyConsumer& consumer) {
  consumer_ = &consumer;
  demand_ = Demand::streamed;
  if (connection_ == nullptr) return tell_later();
  connection_->on_demand(*this);
}

void RequestExchange::pause_body(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (connection_ == nullptr) {
    if (!paused) tell_later();
    return;
  }
  connection_->on_demand(*this);
}

void RequestExchange::drop_body() {
  demand_ = Demand::none;
  done_ = nullptr;
  consumer_ = nullptr;
  paused_ = false;
  if (connection_ != nullptr) connection_->on_demand(*this);
}

void RequestExchange::respond(Response response) {
  if (connection_ == nullptr || std::exchange(answered_, true)) return;
  const auto self = shared_from_this();  // the connection lets go of it
  connection_->respond(*this, response);
}

ResponseStream* RequestExchange::respond_stream(Response head, StreamConsumer& consumer) {
  if (connection_ == nullptr || std::exchange(answered_, true)) return nullptr;
  const auto self = shared_from_this();
  return connection_->respond_stream(*this, head, consumer);
}

bool RequestExchange::refuse_body() {
  if (!over_limit()) return false;
  fail_body({ErrorCode::body_too_large, "The body is over the limit of " + std::to_string(limit_) + " bytes"});
  return true;
}

void RequestExchange::take_body(std::string_view bytes) {
  if (demand_ == Demand::streamed) return consumer_->on_body(bytes);
  if (bytes.size() > limit_ - whole_.size()) {
    return fail_body({ErrorCode::body_too_large, "The body is over the limit of " + std::to_string(limit_) + " bytes"});
  }
  if (whole_.empty()) whole_.reserve(request_.content_length.value_or(0));
  whole_.append(bytes);
}

void RequestExchange::end_body() {
  if (std::exchange(demand_, Demand::none) == Demand::streamed) {
    std::exchange(consumer_, nullptr)->on_body_end();
  } else {
    std::exchange(done_, nullptr)(std::move(whole_));
  }
}

void RequestExchange::fail_body(const Error& error) {
  const Demand demand = std::exchange(demand_, Demand::none);
  empty_and_free(whole_);
  if (demand == Demand::streamed) {
    std::exchange(consumer_, nullptr)->on_body_error(error);
  } else if (demand == Demand::whole) {
    std::exchange(done_, nullptr)(tl::unexpected(error));
  }
}

void RequestExchange::detach(Left why) {
  connection_ = nullptr;
  left_ = why;
  if (why == Left::gone) {
    fail_body({ErrorCode::request_malformed, "The peer is gone"});
  } else {
    demand_ = Demand::none;
    done_ = nullptr;
    consumer_ = nullptr;
  }
}

// Without a connection there is still an end of the body to be told, later as always.
void RequestExchange::tell_later() {
  if (demand_ == Demand::none) return;
  reactor_.defer([self = shared_from_this(), this] {
    if (!wants_body()) return;
    if (left_ == Left::answered) return end_body();
    fail_body({ErrorCode::request_malformed, "The rest of the body can't be read any more"});
  });
}

}  // namespace tidings::http
