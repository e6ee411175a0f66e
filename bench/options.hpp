// What a run of the load generator does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tidings::bench {

enum class Mode { memory, broadcast };

struct Options {
  Mode mode = Mode::broadcast;
  std::uint16_t port = 0;   // of the server, on 127.0.0.1
  int pid = 0;              // of the server, to read its memory and processor time
  std::string secret;       // signs the streams' access tokens, HS256
  std::string publish_key;  // publishes
  std::size_t streams = 2'000;
  std::size_t more_streams = 0;  // memory: how many there are at the second look
  double rate = 10;              // events a second
  double seconds = 8;            // of publishing, or of quiet before memory is looked at
  std::size_t data_bytes = 150;  // of each event's data, about
};

// `--name=value` each. Prints what is wrong and ends the process with status 2.
[[nodiscard]] Options parse_options(int count, char** arguments);

}  // namespace tidings::bench
