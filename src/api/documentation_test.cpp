// docs/protocol.md is held to what the hub knows: a code or a path that it lacks is a code that nobody can look up.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "api/routes.hpp"
#include "errors/error.hpp"

namespace tidings::api {
namespace {

std::string protocol() {
  std::ifstream file(TIDINGS_DOCS "/protocol.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ProtocolDocument, ListsEveryErrorWithItsStatus) {
  const std::string text = protocol();
  for (const ErrorCode code : all_error_codes()) {
    const ErrorInfo& info = describe(code);
    const std::string row = "| `" + std::string(info.code) + "` | " + std::to_string(info.status) + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(ProtocolDocument, ListsEveryPath) {
  const std::string text = protocol();
  for (const Route& route : all_routes()) {
    if (route.path.starts_with("/demo.")) continue;
    EXPECT_NE(text.find(" " + std::string(route.path)), std::string::npos) << route.path;
  }
}

}  // namespace
}  // namespace tidings::api
