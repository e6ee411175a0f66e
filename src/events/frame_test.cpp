#include "events/frame.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "events/committed_frame.hpp"
#include "events/frame_ring.hpp"
#include "events/testing/event_stream_parser.hpp"

namespace tidings::events {
namespace {

using testing::read_event_stream;
using testing::ReadEvent;

// As a reader sees it: every line end a LF.
std::string with_line_feeds(std::string_view text) {
  std::string read;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      read += text[i];
    } else {
      read += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    }
  }
  return read;
}

TEST(Frame, IsReadAsItWasWritten) {
  for (const std::string& data :
       {std::string("x"), std::string(), std::string("\n"), std::string("\r"), std::string("\r\n"), std::string("a\nb"),
        std::string("a\rb\r\nc\n\nd"), std::string(" leading"), std::string(": comment"), std::string("data: x"),
        std::string("\n\n\n"), std::string("\r\r\n\n"), std::string("nul\0here", 8), std::string("\xef\xbb\xbf")}) {
    const auto read = read_event_stream(encode_event("app", "e-1", data));
    ASSERT_EQ(read.events.size(), 1U);
    EXPECT_EQ(read.events[0], (ReadEvent{"app", "e-1", with_line_feeds(data)}));
    EXPECT_EQ(read.incomplete, "");
  }
}

TEST(Frame, LeavesOutTypeAndIdWhereThereIsNone) {
  EXPECT_EQ(encode_event("", "", "x"), "data: x\n\n");
  EXPECT_EQ(encode_event("t", "i", "x"), "event: t\nid: i\ndata: x\n\n");
}

TEST(Frame, ServesBothFramingsFromOneBuffer) {
  const std::string event = encode_event("t", "i", std::string(300, 'x'));
  const Encoded encoded(event);
  EXPECT_EQ(encoded.event(), event);
  EXPECT_EQ(encoded.bytes(http::Framing::identity), event);
  EXPECT_EQ(testing::without_chunks(encoded.bytes(http::Framing::chunked)), event);
  EXPECT_TRUE(encoded.bytes(http::Framing::chunked).starts_with("143\r\n"));
}

TEST(Frame, EnvelopesHoldTypeAndData) {
  const store::Event json{"a.b", R"({"x":[1,"\n"]})", false, {}, {}};
  auto read = read_event_stream(Encoded(json.shown(), Form::envelope, "e-2").event()).events;
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0], (ReadEvent{"message", "e-2", R"({"type":"a.b","data":{"x":[1,"\n"]}})"}));
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "ä";
  const store::Event text{"a", all, true, {}, {}};
  read = read_event_stream(Encoded(text.shown(), Form::envelope, "e-3").event()).events;
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(read[0].data), (nlohmann::json{{"type", "a"}, {"text", all}}));
  EXPECT_EQ(read_event_stream(Encoded(text.shown(), Form::plain, "e-3").event()).events[0].data, with_line_feeds(all));
}

TEST(Frame, TakesNoMoreRoomThanItFills) {
  // The lines of this take seven times its bytes, and so several rounds of doubling.
  const store::Event lines{"app", std::string(10'000, '\n'), true, {}, {}};
  const Encoded encoded(lines.shown(), Form::plain, "e-1");
  EXPECT_GT(encoded.event().size(), 7 * lines.payload.size());
  EXPECT_LE(encoded.capacity(), encoded.event().size() * 5 / 4);
}

FramePtr frame(store::Position position, std::size_t bytes = 10, std::string type = "app") {
  auto record = std::make_shared<store::Record>();
  record->position = position;
  record->event = {std::move(type), std::string(bytes, 'x'), true, {{"user"}, {"channel"}}, {}};
  return std::make_shared<const CommittedFrame>(record, "e-" + std::to_string(position), SipKey{});
}

TEST(CommittedFrame, MakesItsEnvelopeOnce) {
  const FramePtr made = frame(1);
  const Encoded& envelope = made->encoded(Form::envelope);
  EXPECT_EQ(&made->encoded(Form::envelope), &envelope);
  EXPECT_NE(envelope.event(), made->encoded(Form::plain).event());
}

TEST(CommittedFrame, BearsItsCursorInBothForms) {
  for (const char* type : {"app", "a.longer.type", ""}) {
    const FramePtr made = frame(123, 10, type);
    for (const Form form : {Form::plain, Form::envelope}) {
      const auto read = read_event_stream(made->encoded(form).event()).events;
      ASSERT_EQ(read.size(), 1U);
      EXPECT_EQ(read[0].id, "e-123");
    }
  }
}

TEST(FrameRing, KeepsTheNewestByCount) {
  FrameRing ring;
  ring.restart(100);
  const store::Position last = 100 + FrameRing::most_frames + 50;
  for (store::Position at = 101; at <= last; ++at) ring.push(frame(at), at - 1);
  EXPECT_EQ(ring.head(), last);
  EXPECT_EQ(ring.start(), 150U);
  EXPECT_TRUE(ring.holds_after(150));
  EXPECT_FALSE(ring.holds_after(149));
  EXPECT_EQ(ring.at(151)->position(), 151U);
  EXPECT_EQ(ring.at(last)->position(), last);
}

TEST(FrameRing, KeepsTheNewestByBytes) {
  FrameRing ring;
  ring.restart(0);
  for (store::Position at = 1; at <= 200; ++at) ring.push(frame(at, 256 * 1024), at - 1);
  EXPECT_LE(ring.bytes(), FrameRing::most_bytes);
  EXPECT_GT(ring.start(), 100U);
  EXPECT_EQ(ring.head(), 200U);
}

TEST(FrameRing, KeepsWhatIsNotYetDispatched) {
  FrameRing ring;
  ring.restart(0);
  for (store::Position at = 1; at <= FrameRing::most_frames + 100; ++at) ring.push(frame(at), 20);
  EXPECT_EQ(ring.start(), 20U);
}

TEST(FrameRing, HoldsNothingWhereNoEventWasStored) {
  FrameRing ring;
  ring.restart(5);
  ring.push(frame(8), 5);
  EXPECT_EQ(ring.at(6), nullptr);
  EXPECT_EQ(ring.at(7), nullptr);
  EXPECT_EQ(ring.at(8)->position(), 8U);
  ring.pass_to(10);
  EXPECT_EQ(ring.head(), 10U);
}

TEST(FrameRing, BeginsAnewFurtherOnThanItReaches) {
  FrameRing ring;
  ring.restart(5);
  ring.push(frame(6), 5);
  ring.pass_to(6 + FrameRing::most_frames);
  EXPECT_EQ(ring.at(6)->position(), 6U);
  ring.pass_to(10'000'000);
  EXPECT_EQ(ring.start(), 10'000'000U);
  EXPECT_EQ(ring.head(), 10'000'000U);
  EXPECT_EQ(ring.bytes(), 0U);
  ring.push(frame(20'000'000), 10'000'000);
  EXPECT_EQ(ring.start(), 19'999'999U);
  EXPECT_EQ(ring.at(20'000'000)->position(), 20'000'000U);
}

}  // namespace
}  // namespace tidings::events
