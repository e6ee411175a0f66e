#include "errors/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace tidings {
namespace {

TEST(ErrorCatalogue, NamesEveryCodeOnce) {
  std::set<std::string_view> names;
  for (const ErrorCode code : all_error_codes()) names.insert(describe(code).code);
  EXPECT_EQ(names.size(), all_error_codes().size());
  EXPECT_EQ(describe(ErrorCode::session_invalid).code, "session_invalid");
  EXPECT_EQ(describe(ErrorCode::http_version_unsupported).code, "http_version_unsupported");
}

TEST(ErrorCatalogue, GivesNamesThatProgramsCanCompare) {
  for (const ErrorCode code : all_error_codes()) {
    const std::string_view name = describe(code).code;
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) { return std::islower(c) != 0 || c == '_'; })) << name;
  }
}

TEST(ErrorCatalogue, GivesEachCodeAnErrorStatusAndASentence) {
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_GE(describe(code).status, 400) << describe(code).code;
    EXPECT_LE(describe(code).status, 505) << describe(code).code;
    EXPECT_FALSE(describe(code).title.empty()) << describe(code).code;
  }
}

TEST(ErrorCatalogue, IsOrderedByStatus) {
  const auto codes = all_error_codes();
  EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end(),
                             [](ErrorCode a, ErrorCode b) { return describe(a).status < describe(b).status; }));
}

TEST(Fail, CarriesCodeDetailAndRetryAfter) {
  const Result<int> result = fail(ErrorCode::overloaded, "too much", std::chrono::seconds{3});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::overloaded);
  EXPECT_EQ(result.error().detail, "too much");
  EXPECT_EQ(result.error().retry_after, std::chrono::seconds{3});
}

TEST(Fail, SetsNoRetryAfterUnlessTold) {
  const Result<void> result = fail(ErrorCode::not_found, "nothing");
  EXPECT_EQ(result.error().retry_after, std::nullopt);
}

}  // namespace
}  // namespace tidings
