#include "http/fields.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace tidings::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<std::string, std::string>> all(const Fields& fields) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const Field& field : fields) list.emplace_back(field.name, field.value);
  return list;
}

TEST(Fields, KeepTheirOrderAndTheirNames) {
  Fields fields;
  EXPECT_EQ(fields.size(), 0U);
  EXPECT_EQ(fields.begin(), fields.end());
  fields.add("X-One", "1");
  fields.add("x-two", "");
  fields.add("X-ONE", "3");
  EXPECT_THAT(all(fields), ElementsAre(Pair("X-One", "1"), Pair("x-two", ""), Pair("X-ONE", "3")));
}

TEST(Fields, AreFoundWhateverTheirCase) {
  Fields fields;
  fields.add("X-One", "1");
  fields.add("x-two", "");
  fields.add("X-ONE", "3");
  EXPECT_EQ(fields.get("x-one"), "1");
  EXPECT_EQ(fields.get("X-Two"), "");
  EXPECT_EQ(fields.get("X"), std::nullopt);
  EXPECT_EQ(fields.count("x-one"), 2U);
  EXPECT_EQ(fields.count("One"), 0U);
}

TEST(Fields, SurviveBeingCopiedAndMoved) {
  for (const int count : {0, 1, 20, 100}) {
    Fields fields;
    fields.reserve(10);
    for (int i = 0; i < count; ++i) fields.add("n" + std::to_string(i), "v" + std::to_string(i));
    const auto before = all(fields);
    const Fields copied = fields;
    const Fields moved = std::move(fields);
    EXPECT_EQ(all(copied), before);
    EXPECT_EQ(all(moved), before);
  }
}

}  // namespace
}  // namespace tidings::http
