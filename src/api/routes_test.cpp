#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace tidings::api {
namespace {

std::string path_of(std::string_view path) {
  const auto match = find_route(path);
  return match ? std::string(match->route->path) : "";
}

TEST(Routes, AreExact) {
  EXPECT_EQ(path_of("/api/v1/events"), "/api/v1/events");
  EXPECT_EQ(path_of("/api/v1/events/stream"), "/api/v1/events/stream");
  for (const char* path : {"", "/api/v1/events/", "/api/v1/Events", "//api/v1/events", "/api/v1/connections/",
                           "/api/v1/connections/a/", "/api/v1/connections/a/b/token", "/api/v1/connections//token",
                           "/api/v1/connections/a/tokens", "/api", "/index.html"}) {
    EXPECT_EQ(path_of(path), "") << path;
  }
}

TEST(Routes, HandOnWhatStandsForTheId) {
  EXPECT_EQ(find_route("/api/v1/connections/abc")->parameter, "abc");
  EXPECT_EQ(find_route("/api/v1/connections/abc/token")->parameter, "abc");
  EXPECT_EQ(path_of("/api/v1/connections/abc/token"), "/api/v1/connections/{connection_id}/token");
  EXPECT_EQ(find_route("/healthz")->parameter, "");
}

TEST(Routes, NameTheirMethods) {
  EXPECT_EQ(methods_of(*find_route("/api/v1/connections")->route), "GET, HEAD, DELETE");
  EXPECT_EQ(methods_of(*find_route("/api/v1/events")->route), "POST");
}

}  // namespace
}  // namespace tidings::api
