// One of the streams that a run opens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stream_reader.hpp"
#include "streams.hpp"

namespace tidings::bench {

class Streams::Stream final : public Source {
 public:
  // Begins to connect, from an address of 127.0.0.0/8 that has a port left.
  Stream(Streams& all, std::size_t number, std::uint16_t port);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void on_ready(std::uint32_t events) override;
  void read();

  [[noreturn]] void fail(std::string_view why) const;

  bool greeted = false;
  std::vector<std::uint64_t> received;  // the number of the last event, by publisher

 private:
  enum class Step : std::uint8_t { connecting, asking_for_a_session, streaming };

  void ask();
  void send(const std::string& request);
  void take_session(std::string_view bytes);

  Streams& all_;
  std::size_t number_;
  int fd_;
  Step step_ = Step::connecting;
  StreamReader reader_;
  std::string answer_;  // with the session, while it is not complete
};

}  // namespace tidings::bench
