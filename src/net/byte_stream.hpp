// Bytes to and from a peer, whatever carries them: a plain TCP or Unix socket today, TLS by way of a `SecureLayer`. A
// plain stream is its descriptor and a null pointer, and its calls are system calls without any indirection.
//
// Non-blocking and edge-triggered: read or write until `Outcome::blocked`, then wait for the reactor's next edge, in
// either direction (TLS may have to write in order to read), and try again. A read that was `last` is as good as the
// `blocked` one that would follow it, unless an edge has told of the peer's end already (EPOLLRDHUP): that is told
// once.
//
//   ByteStream stream{std::move(accepted.socket)};
//   Transfer got = stream.read(buffer);
//   if (got.outcome == Outcome::done) parse(buffer.first(got.bytes));
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "platform/descriptor.hpp"

namespace tidings::net {

enum class Outcome : std::uint8_t {
  done,     // a read got `bytes` > 0 (there may be more); a write took everything
  blocked,  // nothing to read; or a write that took `bytes`, fewer than offered: an edge follows
  ended,    // reads only: the peer has closed its half, cleanly
  broken,   // reset, timed out, or not the protocol; nothing more can be read or written
};

struct Transfer {
  std::size_t bytes = 0;
  Outcome outcome = Outcome::done;
  bool last = false;  // of a read that is `done`: it emptied the socket, and whatever comes makes an edge
};

// What stands between a socket and its owner where bytes are encrypted. One a connection.
class SecureLayer {
 public:
  virtual ~SecureLayer() = default;
  // As `ByteStream`'s methods of the same names. No read is `last` while the layer holds bytes that make no edge.
  virtual Transfer read(int socket, std::span<char> into) = 0;
  virtual Transfer write(int socket, std::span<const iovec> pieces) = 0;
  virtual void shutdown(int socket) = 0;
};

// Owns its socket. 16 bytes.
class ByteStream {
 public:
  ByteStream() = default;
  // `socket` is a connected, non-blocking stream socket; without `layer` the bytes go as they are.
  explicit ByteStream(Descriptor socket, std::unique_ptr<SecureLayer> layer = nullptr)
      : layer_(std::move(layer)), socket_(std::move(socket)) {}

  // At most `into.size()` bytes, which must not be 0.
  [[nodiscard]] Transfer read(std::span<char> into);
  // The pieces in order, any number of them; never raises SIGPIPE.
  [[nodiscard]] Transfer write(std::span<const iovec> pieces);
  // Nothing more will be written: the peer reads the end after what was written before. Reading goes on.
  void shutdown();
  // Lets go of socket and layer. Remove the descriptor from the reactor first.
  void close();

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(socket_); }
  [[nodiscard]] bool secure() const { return layer_ != nullptr; }

 private:
  std::unique_ptr<SecureLayer> layer_;
  Descriptor socket_;
};
static_assert(sizeof(ByteStream) == 16);

}  // namespace tidings::net
