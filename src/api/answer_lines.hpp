// Answers that are given in the order of their questions, however those are settled, and written as far as the peer
// takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "http/exchange.hpp"

namespace tidings::api {

// Each question gets a ticket, and each ticket an answer. What is held is bounded by how many tickets its owner hands
// out.
class AnswerLines {
 public:
  using Ticket = std::uint64_t;

  // `weight`: bytes that the question holds until it is answered.
  [[nodiscard]] Ticket ask(std::size_t weight);
  // `line` without its LF.
  void answer(Ticket ticket, std::string line);

  // Writes what is answered without a hole. Whether all of that was taken: if not, `on_writable` will follow.
  bool write_to(http::ResponseStream& stream);

  [[nodiscard]] std::size_t open() const { return questions_.size(); }       // not yet passed on to be written
  [[nodiscard]] std::size_t open_bytes() const { return open_bytes_; }       // the weight of those without an answer
  [[nodiscard]] bool unread() const { return written_ < outgoing_.size(); }  // the peer has yet to take some

 private:
  struct Question {
    std::size_t weight = 0;
    bool answered = false;
    std::string line;
  };
  void gather(http::Framing framing);

  std::deque<Question> questions_;
  Ticket first_ = 0;  // of the front
  std::size_t open_bytes_ = 0;
  std::string outgoing_;  // framed
  std::size_t written_ = 0;
};

}  // namespace tidings::api
