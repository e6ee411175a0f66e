// What a run of the load generator does: `sse_load <run> --name=value...`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tidings::bench {

struct Options {
  std::string run;         // one of those in runs.hpp
  std::uint16_t port = 0;  // of the server, on 127.0.0.1
  std::string pids;        // of the server's processes, by commas, whose memory and processor time are read

  // What the server speaks. Without `plain` it is the hub's protocol, else that of a server which knows channels at
  // most: a GET opens a stream, which is open once its head has come, and a POST of its data publishes an event.
  bool plain = false;
  std::string stream_target = "/api/v1/events/stream?events=a.b,c.d&meta_bench=1";
  std::string publish_target = "/api/v1/events";
  std::uint16_t publish_port = 0;  // 0: that of the streams
  std::string publish_body;        // with `plain`; %e: the data, escaped for a JSON string; empty: the data as it is
  std::size_t opening = 0;         // most streams to be opening at a time; 0: as the run has it
  std::string secret;              // signs the streams' access tokens, HS256
  std::string publish_key;         // publishes
  bool session = false;            // streams are opened by a session that the same connection asks for
  std::string after;               // the cursor that streams resume from
  std::string user = "user";
  std::size_t users = 0;  // stream k belongs to user-<k mod users>, or where this is 0 to one of its own
  std::string to;         // the user that events are published for, or everyone

  std::size_t streams = 1'000;
  std::size_t more_streams = 0;  // memory: how many there are at the second look
  std::size_t publishers = 1;    // connections that publish or ask
  double rate = 0;               // events a second, or 0: each connection as fast as it is answered
  double seconds = 4;            // of publishing, or of quiet before memory is looked at
  double warm_up = 0.5;          // seconds of the same before that
  std::size_t events = 0;        // in all (stall, ndjson), or expected by each stream (crowd)
  std::size_t data_bytes = 100;  // of each event's data, about
};

// Prints what is wrong and ends the process with status 2.
[[nodiscard]] Options parse_options(int count, char** arguments);

}  // namespace tidings::bench
