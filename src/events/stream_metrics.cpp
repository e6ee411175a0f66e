#include "events/stream_metrics.hpp"

#include "events/system_events.hpp"

namespace tidings::events {

StreamMetrics::StreamMetrics(observe::Metrics& metrics)
    : open(metrics.gauge("tidings_streams_open", "Streams that are open")),
      delivered(metrics.counter("tidings_events_delivered_total", "Application events written to streams")),
      writes(metrics.counter("tidings_stream_writes_total", "Writes of application events; one may hold many")),
      blocked(metrics.counter("tidings_stream_blocked_total", "Writes that a stream's transport did not take whole")),
      write_timeouts(
          metrics.counter("tidings_stream_write_timeouts_total", "Streams closed for taking nothing for too long")),
      gave_way(metrics.counter("tidings_stream_gave_way_total", "Stuck streams closed for a new one of their user")),
      log_reads(
          metrics.counter("tidings_stream_log_reads_total", "Pages read from the log for streams that are behind")),
      log_read_failures(metrics.counter("tidings_stream_log_read_failures_total", "Pages that could not be read")) {
  for (const auto reason : {GapReason::retention, GapReason::epoch, GapReason::unknown_id}) {
    gaps[static_cast<std::size_t>(reason)] =
        &metrics.counter("tidings_stream_gaps_total", "Gaps that streams were told of", {{"reason", name(reason)}});
  }
  for (const auto reason :
       {Bye::draining, Bye::token_expired, Bye::revoked, Bye::channel_lost, Bye::disconnected, Bye::store_damaged}) {
    byes[static_cast<std::size_t>(reason)] =
        &metrics.counter("tidings_stream_byes_total", "Streams that the hub ended", {{"reason", name(reason)}});
  }
}

}  // namespace tidings::events
