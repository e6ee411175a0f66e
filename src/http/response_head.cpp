#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "http/characters.hpp"

namespace tidings::http {
namespace {

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool writable(const Field& field) {
  return !field.name.empty() && std::all_of(field.name.begin(), field.name.end(), is_token) &&
         std::all_of(field.value.begin(), field.value.end(), is_value);
}

// RFC 9110 §8.6: 1xx and 204 have no Content-Length, and a 304 would have to give another response's.
bool has_length(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void append_head(std::string& head, const Response& response, const HeadOptions& options) {
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason_phrase(response.status)).append("\r\n");
  append_field(head, "Date", options.date);
  for (const Field& field : response.fields) {
    if (writable(field)) append_field(head, field.name, field.value);
  }
  if (options.end == BodyEnd::chunked) append_field(head, "Transfer-Encoding", "chunked");
  if (options.end == BodyEnd::length && has_length(response.status)) {
    append_field(head, "Content-Length", std::to_string(options.length));
  }
  if (!options.keep_alive) {
    append_field(head, "Connection", "close");
  } else if (options.minor_version == 0) {
    append_field(head, "Connection", "keep-alive");
  }
  head.append("\r\n");
}

std::string_view HttpDate::at(WallTime now) {
  const auto second = std::chrono::floor<Seconds>(now.time_since_epoch());
  if (second != second_ || text_.empty()) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = second.count();
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                   months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                                   parts.tm_min, parts.tm_sec);
    text_.assign(buffer.data(), static_cast<std::size_t>(size));
    second_ = second;
  }
  return text_;
}

}  // namespace tidings::http
