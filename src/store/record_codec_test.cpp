#include "store/record_codec.hpp"

#include <gtest/gtest.h>

#include "store/bytes.hpp"
#include "store/crc32c.hpp"
#include "store/fingerprint.hpp"
#include "store/testing/events.hpp"

namespace tidings::store {
namespace {

Record full_record() {
  Event event = testing::keyed("key-1", R"({"a":1})");
  event.text = true;
  event.recipients.users = {"u1", "u2"};
  event.recipients.channels = {"novel:42"};
  return {7, testing::at_second(1'700'000'000), event};
}

// The bytes with their checksum made right, so that what lies behind it is reached.
std::string sealed(Position position, std::string body) {
  std::string place;
  put_u64(place, position);
  put_u32(body, crc32c(body) ^ crc32c(place));
  return body;
}

std::string body_of(const std::string& bytes) { return bytes.substr(0, bytes.size() - 4); }

TEST(Crc32c, GivesTheStandardsOwnExamples) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(ByteReader, RefusesANumberOfMoreThan64Bits) {
  ByteReader largest("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(largest.varint(), ~0ULL);
  EXPECT_TRUE(largest.finished());
  ByteReader larger("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  EXPECT_EQ(larger.varint(), 0u);
  EXPECT_FALSE(larger.ok());
}

TEST(ByteReader, GivesNothingOnceSomethingWasMissing) {
  ByteReader from(
      "\x05"
      "abc");
  EXPECT_EQ(from.text(), "");
  EXPECT_FALSE(from.ok());
  EXPECT_EQ(from.u8(), 0u);
  EXPECT_EQ(from.varint(), 0u);
  EXPECT_FALSE(from.finished());
}

TEST(RecordCodec, ReadsBackWhatItWrote) {
  const Record record = full_record();
  const auto stored = decode_record(7, encode_record(record, 1234));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->cumulative_bytes, 1234u);
  EXPECT_EQ(stored->record.position, 7u);
  EXPECT_EQ(stored->record.time, record.time);
  EXPECT_TRUE(stored->record.event.text);
  EXPECT_EQ(stored->record.event.type, record.event.type);
  EXPECT_EQ(stored->record.event.payload, record.event.payload);
  EXPECT_EQ(stored->record.event.key, record.event.key);
  EXPECT_EQ(stored->record.event.recipients.users, record.event.recipients.users);
  EXPECT_EQ(stored->record.event.recipients.channels, record.event.recipients.channels);
}

TEST(RecordCodec, NoticesEveryFlippedBit) {
  const std::string bytes = encode_record(full_record(), 1234);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_record(7, damaged)) << bit;
  }
}

TEST(RecordCodec, NoticesEveryMissingByte) {
  const std::string bytes = encode_record(full_record(), 1234);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_record(7, bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_record(7, bytes + '\0'));
}

TEST(RecordCodec, NoticesARecordThatLiesWhereAnotherBelongs) {
  EXPECT_FALSE(decode_record(8, encode_record(full_record(), 1234)));
}

TEST(RecordCodec, RefusesOtherVersionsAndFlags) {
  const std::string body = body_of(encode_record(full_record(), 1));
  ASSERT_TRUE(decode_record(7, sealed(7, body)));
  std::string version = body;
  version[0] = 2;
  EXPECT_FALSE(decode_record(7, sealed(7, version)));
  std::string flags = body;
  flags[1] = 2;
  EXPECT_FALSE(decode_record(7, sealed(7, flags)));
}

TEST(RecordCodec, RefusesABodyThatEndsEarlyOrLate) {
  const std::string body = body_of(encode_record(full_record(), 1));
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(decode_record(7, sealed(7, body.substr(0, size)))) << size;
  }
  EXPECT_FALSE(decode_record(7, sealed(7, body + "x")));
}

TEST(RecordCodec, TakesNoMemoryForNamesThatAreNotThere) {
  std::string body = body_of(encode_record({7, {}, testing::for_everyone("1")}, 1));
  body.resize(body.size() - 2);  // the two counts
  put_varint(body, ~0ULL >> 1);
  EXPECT_FALSE(decode_record(7, sealed(7, body)));
}

TEST(RetainedBytes, CountPayloadNamesAndAFixedSum) {
  EXPECT_EQ(retained_bytes(testing::for_everyone("12345")), 64u + 5 + 12);
  EXPECT_EQ(retained_bytes(testing::for_users({"u1", "u22"}, "")), 64u + 12 + 2 + 32 + 3 + 32);
  EXPECT_EQ(retained_bytes(testing::keyed("k", "1")), 64u + 12 + 1 + 1);
}

TEST(Fingerprint, IsOfRecipientsAsSets) {
  const Event one = testing::for_users({"a", "b"});
  EXPECT_EQ(fingerprint(one), fingerprint(testing::for_users({"b", "a", "b"})));
  EXPECT_EQ(fingerprint(one).size(), 32u);
}

TEST(Fingerprint, TellsEveryPartOfAnEventApart) {
  const Event one = testing::for_users({"a"}, "1");
  Event type = one;
  type.type = "note.changed";
  Event text = one;
  text.text = true;
  Event moved = testing::for_channels({"a"}, "1");
  for (const Event& other : {type, text, moved, testing::for_users({"a"}, "2"), testing::for_users({"a", "b"}, "1")}) {
    EXPECT_NE(fingerprint(one), fingerprint(other));
  }
}

TEST(Fingerprint, IsNotOfTheKey) {
  EXPECT_EQ(fingerprint(testing::keyed("a", "1")), fingerprint(testing::keyed("b", "1")));
}

}  // namespace
}  // namespace tidings::store
