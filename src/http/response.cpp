#include "http/response.hpp"

#include <nlohmann/json.hpp>

namespace tidings::http {

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

std::string problem_json(const Error& error) {
  const ErrorInfo& info = describe(error.code);
  nlohmann::ordered_json problem;
  problem["type"] = "urn:tidings:problem:" + std::string(info.code);
  problem["title"] = info.title;
  problem["status"] = info.status;
  problem["detail"] = error.detail;
  problem["code"] = info.code;
  // A detail may quote input: bytes that are not UTF-8 are replaced rather than thrown over.
  return problem.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Response problem_response(const Error& error) {
  const ErrorInfo& info = describe(error.code);
  Response response;
  response.status = info.status;
  response.code = info.code;
  response.set("Content-Type", "application/problem+json");
  response.set("Cache-Control", "no-store");
  if (info.status == 401) {
    // RFC 6750 §3.1 knows one word for whatever is wrong with a credential; the description says which.
    response.set("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"" + std::string(info.code) +
                                         ": " + std::string(info.title) + "\"");
  }
  if (error.retry_after) response.set("Retry-After", std::to_string(error.retry_after->count()));
  response.body = problem_json(error);
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace tidings::http
