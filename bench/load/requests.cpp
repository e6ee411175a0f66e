#include "requests.hpp"

#include <chrono>

#include "access_token.hpp"
#include "give_up.hpp"

namespace tidings::bench {

Requests::Requests(const Options& options)
    : options_(options),
      host_("Host: 127.0.0.1:" + std::to_string(options.port) + "\r\n"),
      issued_at_(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                     .count()) {}

std::string Requests::access_token_of(std::size_t number) const {
  if (options_.secret.empty()) return {};
  const std::size_t user = options_.users == 0 ? number : number % options_.users;
  return access_token(options_.user + "-" + std::to_string(user), options_.secret, issued_at_);
}

std::string Requests::open_session(std::string_view access_token) const {
  return "POST /api/v1/events/session HTTP/1.1\r\n" + host_ + "Authorization: Bearer " + std::string(access_token) +
         "\r\nContent-Length: 0\r\n\r\n";
}

std::string Requests::get_stream(const std::string& target, const std::string& fields) const {
  std::string request = "GET " + target + " HTTP/1.1\r\n" + host_ + "Accept: text/event-stream\r\n" + fields;
  if (!options_.after.empty()) request += "Last-Event-ID: " + options_.after + "\r\n";
  return request + "\r\n";
}

std::string Requests::open_stream(std::string_view access_token) const {
  return get_stream(options_.stream_target,
                    access_token.empty() ? "" : "Authorization: Bearer " + std::string(access_token) + "\r\n");
}

std::string Requests::open_stream_by_session(std::string_view answer) const {
  constexpr std::string_view name = "\"session_id\":\"";
  const std::size_t start = answer.find(name);
  if (start == std::string_view::npos) give_up("an answer holds no session");
  const std::string_view rest = answer.substr(start + name.size());
  return get_stream(options_.stream_target + "&session_id=" + std::string(rest.substr(0, rest.find('"'))), "");
}

std::string Requests::plain_event(std::string_view data) const {
  std::string event = options_.publish_body;
  if (event.empty()) return std::string(data);
  if (const std::size_t place = event.find("%e"); place != std::string::npos) {
    std::string escaped;  // the data has no control characters
    for (const char c : data) escaped += c == '"' ? "\\\"" : std::string(1, c);
    event.replace(place, 2, escaped);
  }
  return event;
}

std::string Requests::event(std::string_view data, std::string_view user) const {
  if (options_.plain) return plain_event(data);
  std::string event = R"({"type":"a.b","data":)" + std::string(data);
  if (!user.empty()) event += R"(,"users":[")" + std::string(user) + "\"]";
  return event + "}";
}

std::string Requests::publish_head(std::string_view type) const {
  std::string head =
      "POST " + options_.publish_target + " HTTP/1.1\r\n" + host_ + "Content-Type: " + std::string(type) + "\r\n";
  if (!options_.publish_key.empty()) head += "Authorization: Bearer " + options_.publish_key + "\r\n";
  return head;
}

std::string Requests::publish(std::string_view event) const {
  return publish_head("application/json") + "Content-Length: " + std::to_string(event.size()) + "\r\n\r\n" +
         std::string(event);
}

std::string Requests::publish_ndjson() const {
  return publish_head("application/x-ndjson") + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string Requests::health() const { return "GET /healthz HTTP/1.1\r\n" + host_ + "\r\n"; }

}  // namespace tidings::bench
