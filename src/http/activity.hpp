// What a connection needs while it reads, answers or idles, and lets go of once it is nothing but a stream.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/body_decoder.hpp"
#include "http/connection.hpp"
#include "http/head_scanner.hpp"
#include "http/request_exchange.hpp"
#include "net/timer.hpp"
#include "platform/room.hpp"

namespace tidings::http {

struct Activity final : net::Timer {
  static constexpr MonotonicTime never = MonotonicTime::max();
  static constexpr std::size_t most_room_kept = 1024;  // of the inbox, between two requests

  Activity(Connection& connection, HeadScanner head_scanner) : owner(connection), scanner(head_scanner) {}
  ~Activity() = default;
  void on_timer() override { owner.on_deadline(); }

  // Of what was received of a head, which is not whole yet: its whole lines, without the empty line that may stand
  // before them.
  [[nodiscard]] std::string_view whole_lines(std::string_view received) const {
    const std::size_t leading = std::min(scanner.leading(), scanner.lines());
    return received.substr(leading, scanner.lines() - leading);
  }
  // Ready for another message; what has been received of it stays.
  void renew(HeadScanner head_scanner) {
    scanner = head_scanner;
    decoder = BodyDecoder();
    exchange.reset();
    head_begun = owes_go_ahead = body_failed = false;
    idles = true;
    if (inbox.empty() && inbox.capacity() > most_room_kept) empty_and_free(inbox);
    if (answers < Connection::answers_of_a_newcomer) ++answers;
  }

  Connection& owner;
  std::string inbox;        // received and not used yet: at most a head and one receive buffer
  std::string outbox;       // answered and not written yet; a stream's head until its first bytes go with it
  std::size_t written = 0;  // of the outbox
  HeadScanner scanner;
  BodyDecoder decoder;
  std::shared_ptr<RequestExchange> exchange;  // until it is answered and its body is no longer wanted
  MonotonicTime read_by = never;
  MonotonicTime write_by = never;
  bool head_begun = false;
  bool owes_go_ahead = false;  // the client waits for 100 (Continue) before it sends its body
  bool body_failed = false;    // where this message ends can't be known any more
  std::uint8_t answers = 0;    // before this request, as far as `Connection::answers_of_a_newcomer`
  bool holds_head = false;     // the outbox waits for the first bytes of a stream, or for the turn's end
  bool idles = false;          // between two requests; a connection that has yet to make its first does not
};

}  // namespace tidings::http
