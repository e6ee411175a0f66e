#include "hub/limits.hpp"

namespace tidings::hub {

void Limits::apply_limits(const Config& config) {
  server.header_bytes = config.limits_header_bytes;
  server.header_fields = config.limits_header_fields;
  server.request_time = config.limits_request_time;
  server.idle_time = config.limits_idle_time;
  server.connections = config.limits_connections;
  streams.streams = config.limits_streams;
  streams.streams_per_user = config.limits_streams_per_user;
  streams.streams_per_address = config.limits_streams_per_address;
}

void Limits::apply_settings(const Config& config) {
  server.write_timeout = config.stream_write_timeout;
  streams.heartbeat = config.stream_heartbeat;
  streams.retry = config.stream_retry;
  streams.write_timeout = config.stream_write_timeout;
  streams.clock_skew = config.auth_clock_skew;
}

store::SessionLimits session_limits(const Config& config) {
  return {.per_user = config.session_per_user, .total = config.limits_sessions};
}

}  // namespace tidings::hub
