#include "events/publish_parser.hpp"

#include <gtest/gtest.h>

#include "events/json_text.hpp"

namespace tidings::events {
namespace {

constexpr PublishLimits limits{.event_bytes = 1000};

store::Event good(std::string_view json) {
  auto event = parse_event(json, limits);
  EXPECT_TRUE(event) << json << ": " << (event ? "" : event.error().detail);
  return event.value_or(store::Event{});
}

ErrorCode bad(std::string_view json) {
  const auto event = parse_event(json, limits);
  EXPECT_FALSE(event) << json;
  return event ? ErrorCode::internal : event.error().code;
}

// An event with this value as its data, and what is kept of it.
std::string kept(std::string_view value) { return good(R"({"type":"a","data":)" + std::string(value) + "}").payload; }

TEST(PublishParser, ReadsAWholeEvent) {
  const store::Event event =
      good(R"( {"type": "chapter.updated", "data": {"a": 1}, "users": ["u1"], "channels": ["novel:42"], "key": "k"} )");
  EXPECT_EQ(event.type, "chapter.updated");
  EXPECT_EQ(event.payload, R"({"a":1})");
  EXPECT_FALSE(event.text);
  EXPECT_EQ(event.recipients.users, std::vector<std::string>{"u1"});
  EXPECT_EQ(event.recipients.channels, std::vector<std::string>{"novel:42"});
  EXPECT_EQ(event.key, "k");
  EXPECT_TRUE(good(R"({"data":null,"type":"a"})").recipients.everyone());
}

TEST(PublishParser, KeepsDataAsItWasWrittenButForItsWhiteSpace) {
  for (const char* value :
       {"null", "true", "false", "0", "-0", "1.50", "-1e400", "12345678901234567890123", "1E+2", "0.1e-3", R"("")",
        R"("\u00e4\n\/ä😀")", R"("\ud83d\ude00")", "[]", "{}", "[[1,2],{}]", R"({"a":{"b":[null]},"a":2})"}) {
    EXPECT_EQ(kept(value), value);
  }
  EXPECT_EQ(kept(" { \"a b\" :\t[ 1 ,\r\n 2 ] , \"\" : { } } "), R"({"a b":[1,2],"":{}})");
}

// Strings are read eight bytes at a time: what ends a run must be found wherever it stands among them, beside any
// neighbour.
TEST(PublishParser, FindsWhatEndsARunOfPlainCharactersAnywhere) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (const std::string neighbour : {"x", " ", "!", "#", "[", "]", "\x7f", "\xc3\xa9", "\xe2\x80\xa2"}) {
      std::string plain;
      for (std::size_t i = 0; i < before; ++i) plain += neighbour;
      const std::string ended = "\"" + plain + "\"";
      EXPECT_EQ(kept("[" + ended + "]"), "[" + ended + "]");
      EXPECT_EQ(kept("{" + ended + ":" + ended + "}"), "{" + ended + ":" + ended + "}");
      const std::string escaped = "\"" + plain + "\\\"" + plain + "\\\\" + plain + "\"";
      EXPECT_EQ(kept(escaped), escaped);
      EXPECT_EQ(good(R"({"type":"a","text":)" + escaped + "}").payload, plain + "\"" + plain + "\\" + plain);
      for (const char control : {'\0', '\x01', '\n', '\x1f'}) {
        EXPECT_EQ(bad(R"({"type":"a","data":")" + plain + control + plain + "\"}"), ErrorCode::body_malformed);
      }
      EXPECT_EQ(bad(R"({"type":"a","data":")" + plain), ErrorCode::body_malformed);
    }
  }
}

TEST(PublishParser, RefusesWhatIsNotJson) {
  for (const char* value : {"",
                            "nul",
                            "tru",
                            "fals",
                            "01",
                            "-",
                            "1.",
                            ".5",
                            "1e",
                            "1e+",
                            "+1",
                            "NaN",
                            "'a'",
                            "\"a",
                            "\"\\x\"",
                            "\"\\",
                            "\"\\u12\"",
                            "\"\\u12g4\"",
                            "\"a\nb\"",
                            "[1",
                            "[1,]",
                            "[1 2]",
                            "[,1]",
                            "{",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{a:1}",
                            "{1:1}",
                            "{\"a\" 1}",
                            "\"\\ud800\\u12\"",
                            "1}",
                            "\x01"}) {
    EXPECT_EQ(bad(R"({"type":"a","data":)" + std::string(value) + "}"), ErrorCode::body_malformed) << value;
  }
  for (const char* text : {"", " ", "{", "{\"type\"", "{\"type\":\"a\",}", "{\"type\":\"a\" \"data\":1}",
                           "{\"type\":\"a\",\"data\":1}}", "{\"type\":\"a\",\"data\":1} x", "{,}", "x",
                           "{\"users\":[\"a\" \"b\"]}", "{\"users\":[\"a\",]}", "{\"users\":[", "{\"type\":}"}) {
    EXPECT_EQ(bad(text), ErrorCode::body_malformed) << text;
  }
  EXPECT_EQ(bad("{\"type\":\"a\",\"data\":\"\xff\"}"), ErrorCode::body_malformed);
  EXPECT_EQ(parse_body("\xff", limits).error().code, ErrorCode::body_malformed);
}

TEST(PublishParser, RefusesHalfCharacters) {
  for (const char* value :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", R"("\ud800\n")", R"(["\udfff"])"}) {
    EXPECT_EQ(bad(R"({"type":"a","data":)" + std::string(value) + "}"), ErrorCode::event_invalid) << value;
    EXPECT_EQ(bad(R"({"type":"a","text":)" + std::string(value) + "}"), ErrorCode::event_invalid) << value;
  }
}

TEST(PublishParser, KeepsTextAsItIs) {
  const store::Event event = good(R"({"type":"a","text":"l1\nl2\r\u00e4\u20ac\ud83d\ude00\"\\\/\b\f\t\u0041"})");
  EXPECT_TRUE(event.text);
  EXPECT_EQ(event.payload, "l1\nl2\rä€😀\"\\/\b\f\tA");
  EXPECT_EQ(good(R"({"type":"a","text":""})").payload, "");
}

TEST(PublishParser, RefusesWhatBreaksARuleForEvents) {
  for (const char* text : {R"({})",
                           R"({"type":"a"})",
                           R"({"data":1})",
                           R"({"type":"a","data":1,"text":"x"})",
                           R"({"type":"a","text":"x","data":1})",
                           R"({"type":"","data":1})",
                           R"({"type":"a b","data":1})",
                           R"({"type":"a\nb","data":1})",
                           R"({"type":"hello","data":1})",
                           R"({"type":"error","data":1})",
                           R"({"type":1,"data":1})",
                           R"({"type":"a","text":1})",
                           R"({"type":"a","data":1,"key":""})",
                           R"({"type":"a","data":1,"key":1})",
                           R"({"type":"a","data":1,"users":[]})",
                           R"({"type":"a","data":1,"channels":[]})",
                           R"({"type":"a","data":1,"users":"u"})",
                           R"({"type":"a","data":1,"users":[1]})",
                           R"({"type":"a","data":1,"users":[""]})",
                           R"({"type":"a","data":1,"users":["a\nb"]})",
                           R"({"type":"a","data":1,"channels":["a:*"]})",
                           R"({"type":"a","data":1,"type":"a"})",
                           R"({"type":"a","data":1,"data":1})",
                           R"({"type":"a","data":1,"id":1})",
                           R"({"type":"a","data":1,"\n":1})",
                           R"({"type":"a","data":1,"users":null})",
                           "[]",
                           "1",
                           "\"a\""}) {
    EXPECT_EQ(bad(text), ErrorCode::event_invalid) << text;
  }
}

TEST(PublishParser, NamesTheMemberThatIsWrong) {
  EXPECT_NE(parse_event(R"({"type":"a","data":1,"colour":1})", limits).error().detail.find("\"colour\""),
            std::string::npos);
  EXPECT_NE(parse_event(R"({"type":"a","data":1,"users":[]})", limits).error().detail.find("\"users\""),
            std::string::npos);
}

TEST(PublishParser, CountsRecipientsOnce) {
  const store::Event event = good(R"({"type":"a","data":1,"users":["b","a","b"],"channels":["x","x"]})");
  EXPECT_EQ(event.recipients.users, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(event.recipients.channels, std::vector<std::string>{"x"});
}

std::string with_users(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i == 0 ? "\"u" : ",\"u") + std::to_string(i) + "\"";
  return R"({"type":"a","data":1,"channels":["c"],"users":[)" + list + "]}";
}

TEST(PublishParser, TakesAThousandRecipients) {
  EXPECT_EQ(good(with_users(999)).recipients.users.size(), 999U);
  EXPECT_EQ(bad(with_users(1000)), ErrorCode::event_invalid);
}

TEST(PublishParser, HoldsDataAndTextToTheLimit) {
  EXPECT_EQ(kept("\"" + std::string(998, 'x') + "\"").size(), 1000U);
  EXPECT_EQ(bad(R"({"type":"a","data":")" + std::string(999, 'x') + "\"}"), ErrorCode::event_too_large);
  EXPECT_EQ(bad(R"({"type":"a","data":["x",")" + std::string(999, 'x') + "\"]}"), ErrorCode::event_too_large);
  EXPECT_EQ(good(R"({"type":"a","text":")" + std::string(1000, 'x') + "\"}").payload.size(), 1000U);
  EXPECT_EQ(bad(R"({"type":"a","text":")" + std::string(1001, 'x') + "\"}"), ErrorCode::event_too_large);
  // White space does not count.
  EXPECT_EQ(kept("[" + std::string(5000, ' ') + "]"), "[]");
}

TEST(PublishParser, HoldsDataToItsDepth) {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']');
  };
  EXPECT_EQ(kept(nested(32)), nested(32));
  EXPECT_EQ(bad(R"({"type":"a","data":)" + nested(33) + "}"), ErrorCode::event_invalid);
  EXPECT_EQ(bad(R"({"type":"a","data":)" + std::string(100'000, '[') + "}"), ErrorCode::event_invalid);
}

TEST(PublishParser, HoldsKeysToTheirLength) {
  EXPECT_EQ(good(R"({"type":"a","data":1,"key":")" + std::string(128, 'k') + "\"}").key.size(), 128U);
  EXPECT_EQ(bad(R"({"type":"a","data":1,"key":")" + std::string(129, 'k') + "\"}"), ErrorCode::event_invalid);
}

TEST(PublishParser, ReadsOneEventOrAnArray) {
  EXPECT_EQ(parse_body(R"({"type":"a","data":1})", limits)->size(), 1U);
  const auto two = parse_body(R"( [ {"type":"a","data":1} , {"type":"b","text":"x"} ] )", limits);
  ASSERT_TRUE(two);
  EXPECT_EQ((*two)[1].type, "b");
}

TEST(PublishParser, TakesAllOfAnArrayOrNone) {
  const auto refused = parse_body(R"([{"type":"a","data":1},{"type":"hello","data":1}])", limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::event_invalid);
  EXPECT_EQ(refused.error().detail.substr(0, 8), "event 1:");
  EXPECT_EQ(parse_body(R"({"type":"hello","data":1})", limits).error().code, ErrorCode::event_invalid);
}

TEST(PublishParser, RefusesOtherBodies) {
  EXPECT_EQ(parse_body("[]", limits).error().code, ErrorCode::body_invalid);
  EXPECT_EQ(parse_body("17", limits).error().code, ErrorCode::body_invalid);
  EXPECT_EQ(parse_body("\"a\"", limits).error().code, ErrorCode::body_invalid);
  for (const char* text :
       {"", "[", "x", R"([{"type":"a","data":1})", R"([{"type":"a","data":1}] x)", R"([{"type":"a","data":1},])"}) {
    EXPECT_EQ(parse_body(text, limits).error().code, ErrorCode::body_malformed) << text;
  }
}

TEST(JsonText, StaysAtItsFirstFault) {
  JsonText json("[\"\\ud800\", 1]");
  std::string out;
  EXPECT_FALSE(json.compact_value(out, 4, 100));
  EXPECT_EQ(json.fault(), JsonText::Fault::surrogate);
  EXPECT_FALSE(json.at_end());
  EXPECT_FALSE(json.open('['));
  EXPECT_EQ(json.fault(), JsonText::Fault::surrogate);
}

}  // namespace
}  // namespace tidings::events
