#include "store/cursor.hpp"

#include <gtest/gtest.h>

namespace tidings::store {
namespace {

TEST(Cursor, ReadsBackWhatItWrites) {
  for (const Cursor cursor : {Cursor{0, 0}, Cursor{0x0123456789abcdef, 42}, Cursor{~0ULL, ~0ULL}}) {
    EXPECT_EQ(Cursor::parse(cursor.text()), cursor);
  }
}

TEST(Cursor, IsSixteenHexadecimalDigitsADashAndADecimal) {
  EXPECT_EQ((Cursor{0xabc, 7}.text()), "0000000000000abc-7");
  EXPECT_EQ((Cursor{~0ULL, ~0ULL}.text()), "ffffffffffffffff-18446744073709551615");
}

TEST(Cursor, RefusesEverythingElse) {
  const char* const others[] = {"",
                                "-",
                                "0000000000000abc",
                                "0000000000000abc-",
                                "0000000000000abc7",
                                "0000000000000abc_7",
                                "000000000000abc-70",
                                "0000000000000ABC-7",
                                "0000000000000abg-7",
                                " 000000000000abc-7",
                                "0000000000000abc-+7",
                                "0000000000000abc--7",
                                "0000000000000abc-7 ",
                                "0000000000000abc-7a",
                                "00000000000000abc-7",
                                "0000000000000abc-18446744073709551616",
                                "0000000000000abc-99999999999999999999999999"};
  for (const char* other : others) EXPECT_FALSE(Cursor::parse(other)) << other;
}

TEST(Cursor, RefusesLeadingZeros) {
  EXPECT_TRUE(Cursor::parse("0000000000000abc-0"));
  EXPECT_FALSE(Cursor::parse("0000000000000abc-00"));
  EXPECT_FALSE(Cursor::parse("0000000000000abc-07"));
}

Epochs three() {
  Epochs epochs;
  epochs.begin({.id = 1, .base = 0});
  epochs.begin({.id = 2, .base = 10});
  epochs.begin({.id = 3, .base = 25});
  return epochs;
}

TEST(Epochs, AreFoundByIdentity) {
  const Epochs epochs = three();
  EXPECT_EQ(epochs.find(2)->base, 10u);
  EXPECT_EQ(epochs.find(4), nullptr);
  EXPECT_EQ(epochs.running().id, 3u);
}

TEST(Epochs, HoldTheirBaseAndWhatFollows) {
  const Epochs epochs = three();
  EXPECT_EQ(epochs.of(0).id, 1u);
  EXPECT_EQ(epochs.of(9).id, 1u);
  EXPECT_EQ(epochs.of(10).id, 2u);
  EXPECT_EQ(epochs.of(24).id, 2u);
  EXPECT_EQ(epochs.of(1000).id, 3u);
}

TEST(Epochs, NameThePlaceWhereTheNextOneBegins) {
  const Epochs epochs = three();
  EXPECT_EQ(epochs.next_after(0)->base, 10u);
  EXPECT_EQ(epochs.next_after(10)->id, 3u);
  EXPECT_FALSE(epochs.next_after(25));
}

TEST(Epochs, CountSequencesFromTheirBase) {
  const Epochs epochs = three();
  EXPECT_EQ(epochs.cursor(9), (Cursor{1, 9}));
  EXPECT_EQ(epochs.cursor(10), (Cursor{2, 0}));
  EXPECT_EQ(epochs.cursor(30), (Cursor{3, 5}));
}

TEST(Epochs, LeaveAnEpochsLastEventTheIdThatItWasGiven) {
  const Epochs epochs = three();
  EXPECT_EQ(epochs.cursor_of_event(10), (Cursor{1, 10}));
  EXPECT_EQ(epochs.cursor_of_event(11), (Cursor{2, 1}));
  EXPECT_EQ(epochs.cursor_of_event(26), (Cursor{3, 1}));
}

TEST(Epochs, ThatBeganAtTheSamePlaceGiveWayToTheLast) {
  Epochs epochs = three();
  epochs.begin({.id = 4, .base = 25});
  EXPECT_EQ(epochs.of(25).id, 4u);
  EXPECT_EQ(epochs.cursor_of_event(25), (Cursor{2, 15}));
}

TEST(Epochs, AreForgottenFromTheOldestOn) {
  Epochs epochs;
  for (EpochId id = 1; id <= Epochs::most + 3; ++id) epochs.begin({.id = id, .base = id * 10});
  EXPECT_EQ(epochs.all().size(), Epochs::most);
  EXPECT_EQ(epochs.all().front().id, 4u);
  EXPECT_EQ(epochs.of(5).id, 4u);
  EXPECT_EQ(epochs.cursor(5), (Cursor{4, 0}));
  EXPECT_EQ(epochs.cursor_of_event(5), (Cursor{4, 0}));
}

}  // namespace
}  // namespace tidings::store
