// One request and its answer, whatever carries them: HTTP/1.1 today, HTTP/2 and TLS without any change above. All calls
// are made on the shard's own thread; other threads reach an exchange by `reactor().post(...)`, holding its pointer.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "errors/error.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "net/reactor.hpp"

namespace tidings::http {

// How a response's pieces must stand on the wire: with a chunk header before and CRLF after each (RFC 9112 §7.1), or as
// they are (HTTP/1.0, HTTP/2). Frames hold both forms in one buffer.
enum class Framing : std::uint8_t { chunked, identity };

// The receiver of a response stream's news. Never called from within a `ResponseStream` method.
class StreamConsumer {
 public:
  // The transport takes bytes again, after a `write` that took fewer than offered.
  virtual void on_writable() = 0;
  // The peer is gone; the response stream must not be used any more.
  virtual void on_closed() = 0;

 protected:
  ~StreamConsumer() = default;
};

// A response without a known end. It holds no queue: what it does not take stays with its consumer. After `end` or
// `abort` it must not be used, and its consumer hears nothing more.
class ResponseStream {
 public:
  [[nodiscard]] virtual Framing framing() const = 0;
  // Bytes taken, in order; fewer than offered where the transport is full: then `on_writable` follows. A transport that
  // is broken takes everything and then says `on_closed`. The pieces are already framed as `framing()` says.
  [[nodiscard]] virtual std::size_t write(std::span<const iovec> pieces) = 0;
  // How long the peer has not acknowledged something that was written; 0 where all is acknowledged or it can't be told.
  [[nodiscard]] virtual Milliseconds unacknowledged_for() const = 0;
  [[nodiscard]] virtual const net::IpAddress& peer() const = 0;
  // Completes the response (last chunk), then closes or keeps the connection as its protocol allows.
  virtual void end() = 0;
  // Breaks the connection off, so that the peer sees an incomplete response.
  virtual void abort() = 0;

 protected:
  ~ResponseStream() = default;
};

// The receiver of a body that is read as it arrives. Never called from within an `Exchange` method.
class BodyConsumer {
 public:
  virtual void on_body(std::string_view bytes) = 0;
  virtual void on_body_end() = 0;
  // Malformed coding, over the limit, the peer gone, or too long without a byte. Nothing follows.
  virtual void on_body_error(const Error& error) = 0;

 protected:
  ~BodyConsumer() = default;
};

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual const Request& request() const = 0;
  [[nodiscard]] virtual net::Reactor& reactor() const = 0;
  // The peer is gone: any answer would be for nobody. Answers are accepted and dropped.
  [[nodiscard]] virtual bool closed() const = 0;

  // The whole body, at most `limit` bytes; `done` is called once, later. Over the limit: `body_too_large`.
  virtual void read_body(std::size_t limit, std::function<void(Result<std::string>)> done) = 0;
  // The body as it arrives, without limit; 60 s without a byte end it (`request_timeout`).
  virtual void stream_body(BodyConsumer& consumer) = 0;
  // Stops and restarts `on_body`: while paused nothing is read from the socket.
  virtual void pause_body(bool paused) = 0;
  // The consumer is going away: what is left of the body is discarded.
  virtual void drop_body() = 0;

  // The answer: exactly one of these two, once. HEAD sends the fields alone. What was not read of the body is discarded
  // within bounds (SPEC §7).
  virtual void respond(Response response) = 0;
  // Sends the head, together with what is written first or at the end of this turn, and leaves the body to `consumer`.
  // The stream lives until it is ended, aborted or closed; the exchange itself may be let go before. Null where the
  // peer is gone already (then the consumer hears nothing).
  [[nodiscard]] virtual ResponseStream* respond_stream(Response head, StreamConsumer& consumer) = 0;

  void respond_error(const Error& error) { respond(problem_response(error)); }
};

using ExchangePtr = std::shared_ptr<Exchange>;

// What a server does with requests.
class Handler {
 public:
  virtual void handle(ExchangePtr exchange) = 0;
  // Fields that every response to this request carries (CORS), for those that the server itself makes; the handler's
  // own answers come with them.
  virtual void decorate(const Request& request, Response& response) = 0;
  // The server itself answered a request, whose head it could not take, with this error.
  virtual void on_refused(ErrorCode code) = 0;

 protected:
  ~Handler() = default;
};

}  // namespace tidings::http
