// What the HTTP interface counts. Labels hold codes of the catalogue and constants, never input.
#pragma once

#include <array>
#include <cstddef>

#include "errors/error.hpp"
#include "observe/metrics.hpp"

namespace tidings::api {

// Looked up once a router; counting is one relaxed addition.
class Counters {
 public:
  explicit Counters(observe::Metrics& metrics);

  // A request was answered with this error.
  void refused(ErrorCode code) { refused_[static_cast<std::size_t>(code)]->add(); }
  // An attempt to open a stream succeeded, or was refused.
  void stream_opened() { stream_opened_->add(); }
  void stream_refused(ErrorCode code) { stream_refused_[static_cast<std::size_t>(code)]->add(); }
  void sse_token_issued() { sse_tokens_->add(); }
  void session_created() { sessions_->add(); }
  void published(std::size_t events) { published_->add(events); }
  void publish_refused(ErrorCode code) { publish_refused_[static_cast<std::size_t>(code)]->add(); }

 private:
  // As many as any catalogue of one byte a code can hold.
  using ByCode = std::array<observe::Counter*, 256>;
  ByCode refused_{};
  ByCode stream_refused_{};
  ByCode publish_refused_{};
  observe::Counter* stream_opened_;
  observe::Counter* sse_tokens_;
  observe::Counter* sessions_;
  observe::Counter* published_;
};

}  // namespace tidings::api
