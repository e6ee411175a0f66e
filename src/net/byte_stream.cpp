#include "net/byte_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tidings::net {
namespace {

// What one sendmsg(2) takes on Linux (UIO_MAXIOV); more pieces take several calls.
constexpr std::size_t pieces_per_call = 1024;

Outcome outcome_of(int error) {
  return error == EAGAIN || error == EWOULDBLOCK ? Outcome::blocked : Outcome::broken;  // NOLINT: equal on Linux
}

Transfer plain_read(int socket, std::span<char> into) {
  for (;;) {
    const ssize_t got = ::recv(socket, into.data(), into.size(), 0);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      return {
          bytes, Outcome::done,
          bytes <
              into.size()};  // fewer than fit are all there were, but for urgent data, which HTTP has none of: epoll(7)
    }
    if (got == 0) return {0, Outcome::ended};
    if (errno != EINTR) return {0, outcome_of(errno)};
  }
}

std::size_t size_of(std::span<const iovec> pieces) {
  std::size_t size = 0;
  for (const iovec& piece : pieces) size += piece.iov_len;
  return size;
}

// An event by itself, which most writes are, without what it costs the kernel to fetch a message's parts.
ssize_t send_pieces(int socket, std::span<const iovec> pieces) {
  if (pieces.size() == 1) return ::send(socket, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg(2) only reads them
  message.msg_iovlen = pieces.size();
  return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

Transfer plain_write(int socket, std::span<const iovec> pieces) {
  std::size_t taken = 0;
  while (!pieces.empty()) {
    const auto batch = pieces.first(std::min(pieces.size(), pieces_per_call));
    const ssize_t sent = send_pieces(socket, batch);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return {taken, outcome_of(errno)};
    }
    taken += static_cast<std::size_t>(sent);
    // The kernel has marked the socket as out of space, so an edge follows without asking again.
    if (static_cast<std::size_t>(sent) < size_of(batch)) return {taken, Outcome::blocked};
    pieces = pieces.subspan(batch.size());
  }
  return {taken, Outcome::done};
}

}  // namespace

Transfer ByteStream::read(std::span<char> into) {
  return layer_ ? layer_->read(socket_.get(), into) : plain_read(socket_.get(), into);
}

Transfer ByteStream::write(std::span<const iovec> pieces) {
  return layer_ ? layer_->write(socket_.get(), pieces) : plain_write(socket_.get(), pieces);
}

void ByteStream::shutdown() {
  if (layer_) {
    layer_->shutdown(socket_.get());
  } else {
    ::shutdown(socket_.get(), SHUT_WR);  // fails only where the peer is gone, which reading tells
  }
}

void ByteStream::close() {
  layer_.reset();
  socket_.reset();
}

}  // namespace tidings::net
