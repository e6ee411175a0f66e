#include "api/answer_lines.hpp"

#include <fmt/format.h>

#include <utility>

namespace tidings::api {

AnswerLines::Ticket AnswerLines::ask(std::size_t weight) {
  questions_.push_back({weight, false, {}});
  open_bytes_ += weight;
  return first_ + questions_.size() - 1;
}

void AnswerLines::answer(Ticket ticket, std::string line) {
  Question& question = questions_[ticket - first_];
  open_bytes_ -= std::exchange(question.weight, 0);
  question.answered = true;
  question.line = std::move(line);
}

void AnswerLines::gather(http::Framing framing) {
  std::string lines;
  for (; !questions_.empty() && questions_.front().answered; ++first_) {
    lines += questions_.front().line;
    lines += '\n';
    questions_.pop_front();
  }
  if (lines.empty()) return;
  outgoing_.erase(0, std::exchange(written_, 0));
  if (framing == http::Framing::chunked) {
    outgoing_ += fmt::format("{:x}\r\n{}\r\n", lines.size(), lines);
  } else {
    outgoing_ += lines;
  }
}

bool AnswerLines::write_to(http::ResponseStream& stream) {
  gather(stream.framing());
  if (!unread()) return true;
  const iovec piece{outgoing_.data() + written_, outgoing_.size() - written_};
  written_ += stream.write({&piece, 1});
  if (unread()) return false;
  outgoing_.clear();
  written_ = 0;
  return true;
}

}  // namespace tidings::api
