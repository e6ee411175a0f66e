#include "api/counters.hpp"

namespace tidings::api {

Counters::Counters(observe::Metrics& metrics)
    : stream_opened_(&metrics.counter("tidings_stream_opens_total", "Attempts to open a stream, by outcome",
                                      {{"result", "ok"}, {"code", "ok"}})),
      sse_tokens_(&metrics.counter("tidings_sse_tokens_issued_total", "SSE tokens issued")),
      sessions_(&metrics.counter("tidings_sessions_created_total", "Sessions created")),
      published_(
          &metrics.counter("tidings_events_published_total", "Events whose publisher was told that they are stored")) {
  for (const ErrorCode code : all_error_codes()) {
    const auto index = static_cast<std::size_t>(code);
    const std::string_view name = describe(code).code;
    refused_[index] =
        &metrics.counter("tidings_refusals_total", "Requests answered with an error, by code", {{"code", name}});
    stream_refused_[index] = &metrics.counter("tidings_stream_opens_total", "Attempts to open a stream, by outcome",
                                              {{"result", "refused"}, {"code", name}});
    publish_refused_[index] =
        &metrics.counter("tidings_publish_refusals_total",
                         "Publishing requests and NDJSON lines that stored nothing, by code", {{"code", name}});
  }
}

}  // namespace tidings::api
