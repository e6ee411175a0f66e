// The texts of requests, as the server under test wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "options.hpp"

namespace tidings::bench {

class Requests {
 public:
  explicit Requests(const Options& options);

  // Of the user that stream `number` belongs to; empty where there is no secret.
  [[nodiscard]] std::string access_token_of(std::size_t number) const;
  [[nodiscard]] std::string open_session(std::string_view access_token) const;
  [[nodiscard]] std::string open_stream(std::string_view access_token) const;
  // `answer`: the body of that to `open_session`.
  [[nodiscard]] std::string open_stream_by_session(std::string_view answer) const;
  // An event as a body, and the request that publishes it.
  [[nodiscard]] std::string event(std::string_view data, std::string_view user) const;
  [[nodiscard]] std::string publish(std::string_view event) const;
  // The head of a publishing request whose body comes in chunks, for as long as it takes.
  [[nodiscard]] std::string publish_ndjson() const;
  [[nodiscard]] std::string health() const;

 private:
  [[nodiscard]] std::string plain_event(std::string_view data) const;
  [[nodiscard]] std::string get_stream(const std::string& target, const std::string& fields) const;
  [[nodiscard]] std::string publish_head(std::string_view type) const;

  const Options& options_;
  std::string host_;  // the field
  std::int64_t issued_at_;
};

}  // namespace tidings::bench
