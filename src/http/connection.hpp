// One socket that speaks HTTP/1: a loop of reading a head, letting a handler answer, writing the answer and reading on,
// until it becomes a stream, or ends. Everything that only a request needs (parser, buffers, deadlines) stands in an
// `Activity`, which a connection lets go of while it is nothing but a stream: of those there may be a million.
//
// All work is done in turns, called by the reactor or the table; calls from handlers change state, write what the
// socket takes, and ask for another turn. Lives on its shard; deleted by the table after `break_off`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "http/exchange.hpp"
#include "net/address.hpp"
#include "net/byte_stream.hpp"
#include "net/reactor.hpp"

namespace tidings::http {

struct Activity;
struct Head;
class ConnectionTable;
class RequestExchange;

// 88 bytes.
class Connection final : public net::EventHandler, public ResponseStream {
 public:
  // A connection stays at the reactor's entrance until it is a stream, or has asked for more than a client does who
  // comes for a session and a stream: a crowd of those waits behind publishers.
  static constexpr std::uint8_t answers_of_a_newcomer = 2;

  Connection(ConnectionTable& table, net::ByteStream stream, const net::IpAddress& peer, std::uint32_t index);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The table's side.
  void start();
  void turn();
  void drain();
  // Answers `error` before any handler has the request, or instead of one, and closes. `request` is what is known of
  // it.
  void refuse(const Error& error, const Request& request);
  // The end, at once; whoever uses the connection hears of it later.
  void break_off();
  void announce_closed();
  [[nodiscard]] std::uint32_t index() const { return index_; }
  void set_index(std::uint32_t index) { index_ = index; }
  // Whether that changed anything.
  bool mark_queued(bool queued);

  // The exchange's side.
  void on_demand(RequestExchange& exchange);
  void respond(RequestExchange& exchange, const Response& response);
  [[nodiscard]] ResponseStream* respond_stream(RequestExchange& exchange, const Response& head,
                                               StreamConsumer& consumer);

  void on_ready(std::uint32_t epoll_events) override;
  void on_deadline();

  [[nodiscard]] Framing framing() const override { return chunked_ ? Framing::chunked : Framing::identity; }
  [[nodiscard]] std::size_t write(std::span<const iovec> pieces) override;
  [[nodiscard]] Milliseconds unacknowledged_for() const override;
  [[nodiscard]] const net::IpAddress& peer() const override { return peer_; }
  void end() override;
  void abort() override;

 private:
  enum class Phase : std::uint8_t {
    head,        // waiting for a request, or in the middle of its head
    exchange,    // a handler has the request
    flushing,    // the answer is complete, but not all of it is written
    discarding,  // the answer is written; the rest of the body is read past
    streaming,   // a response stream
    lingering,   // nothing more will be written; reading until the peer closes
    closed,
  };

  // Reading (connection_reading.cpp). A step is a bounded piece of work; whether there may be more to do.
  [[nodiscard]] bool step();
  [[nodiscard]] bool step_head();
  [[nodiscard]] bool step_body();
  [[nodiscard]] bool step_discarding();
  [[nodiscard]] bool step_past();
  [[nodiscard]] bool take_head(std::string_view received);
  void begin_request(std::string_view received, std::size_t head_size);
  void fail_body(const Error& error);
  [[nodiscard]] net::Transfer receive();
  void settle();

  // Writing (connection_writing.cpp).
  void send(std::span<const iovec> pieces);
  void send(std::string_view bytes);
  void flush();
  [[nodiscard]] std::size_t write_with_head(std::span<const iovec> pieces);
  void release_head();
  void send_response(const Request& request, const Response& response, MonotonicTime began);
  void account(const Request& request, const Response& response, MonotonicTime began);
  void finish_response();
  void after_response();
  void finish_message();
  void next_request();
  void linger();

  [[nodiscard]] Activity& activity();
  void admit();
  void set_deadlines(MonotonicTime read_by, MonotonicTime write_by);
  void read_within(Milliseconds time);
  [[nodiscard]] MonotonicTime write_deadline() const;
  void stop_reading_clock();

  ConnectionTable& table_;
  net::ByteStream stream_;
  StreamConsumer* consumer_ = nullptr;
  std::unique_ptr<Activity> activity_;
  std::uint32_t index_;
  std::uint32_t discarded_ = 0;  // bytes read past since the last answer
  net::IpAddress peer_;
  Phase phase_ = Phase::head;
  bool readable_ : 1 = false;       // the socket may hold bytes, or an end, that no further edge will tell of
  bool keep_alive_ : 1 = false;     // this request's connection may serve another
  bool chunked_ : 1 = false;        // how the response stream is framed
  bool owes_writable_ : 1 = false;  // the consumer waits for `on_writable`
  bool tolerates_end_ : 1 = false;  // a client that has sent its body may close its half, and still get its answers
  bool in_turn_ : 1 = false;
  bool queued_ : 1 = false;
  bool newcomer_ : 1 = true;      // stands at the reactor's entrance
  bool told_of_end_ : 1 = false;  // no edge will tell again that the peer has closed its half: it is read
};
static_assert(sizeof(Connection) == 88, "a million of these are held");

}  // namespace tidings::http
