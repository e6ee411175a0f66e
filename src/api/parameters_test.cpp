#include "api/parameters.hpp"

#include <gtest/gtest.h>

namespace tidings::api {
namespace {

constexpr WallTime now{Seconds{1'700'000'000}};

Result<auth::SessionOptions> from_query(std::string_view text) {
  return options_from_query(http::Query::parse(text).value(), now);
}
Result<auth::SessionOptions> from_body(std::string_view json) { return options_from_body(json, now); }

ErrorCode code_of(const Result<auth::SessionOptions>& options) {
  return options ? ErrorCode::internal : options.error().code;
}

TEST(QueryOptions, HoldWhatIsAskedFor) {
  const auto options = from_query(
      "events=a.*,b&channels=novel:42&meta_tab=3&last_event_id=x&since=15m&format=envelope&whatever=1&whatever=2");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->events, "a.*,b");
  EXPECT_EQ(options->channels, "novel:42");
  EXPECT_EQ(options->metadata, (events::Labels{{"tab", "3"}}));
  EXPECT_EQ(options->last_event_id, "x");
  EXPECT_EQ(options->since, "15m");
  EXPECT_EQ(options->format, "envelope");
}

TEST(QueryOptions, AreNothingByDefault) {
  const auto options = from_query("");
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->events || options->channels || options->last_event_id || options->since || options->format);
  EXPECT_TRUE(options->metadata.empty());
}

TEST(QueryOptions, RefuseWhatIsNotValid) {
  for (const char* text :
       {"events=", "events=a,", "events=a..b", "events=**.a", "channels=", "channels=a::b", "channels=a%20b",
        "since=", "since=soon", "format=", "format=Envelope", "meta_=1", "meta_A=1", "meta_%2e=1"}) {
    EXPECT_EQ(code_of(from_query(text)), ErrorCode::parameter_invalid) << text;
  }
  EXPECT_EQ(code_of(from_query("meta_a=" + std::string(257, 'x'))), ErrorCode::parameter_invalid);
  EXPECT_TRUE(from_query("meta_a=" + std::string(256, 'x')));
}

TEST(QueryOptions, RefuseWhatStandsTwice) {
  for (const char* text : {"events=a&events=a", "channels=a&channels=b", "since=1s&since=1s",
                           "format=plain&format=plain", "last_event_id=&last_event_id=", "meta_a=1&meta_a=1"}) {
    EXPECT_EQ(code_of(from_query(text)), ErrorCode::parameter_repeated) << text;
  }
}

TEST(QueryOptions, HoldAtMostSixteenLabelsAndSixtyFourPatterns) {
  std::string labels;
  for (int i = 0; i < 16; ++i) labels += "meta_l" + std::to_string(i) + "=x&";
  EXPECT_EQ(from_query(labels).value().metadata.size(), 16u);
  EXPECT_EQ(code_of(from_query(labels + "meta_more=x")), ErrorCode::parameter_invalid);
  // Nothing is asked of those beyond the last.
  EXPECT_EQ(code_of(from_query(labels + "meta_more=x&meta_twice=x&meta_twice=x")), ErrorCode::parameter_invalid);
  std::string list = "events=a";
  for (int i = 1; i < 64; ++i) list += ",a" + std::to_string(i);
  EXPECT_TRUE(from_query(list));
  EXPECT_EQ(code_of(from_query(list + ",b")), ErrorCode::parameter_invalid);
  EXPECT_EQ(code_of(from_query(list + "&channels=b")), ErrorCode::parameter_invalid);  // a stream's, of either kind
}

TEST(QueryOptions, CountAnEmptyLastEventIdAsNone) { EXPECT_FALSE(from_query("last_event_id=").value().last_event_id); }

TEST(QueryOptions, KeepNothingOfALastEventIdThatIsTooLongToBeACursor) {
  EXPECT_EQ(from_query("last_event_id=" + std::string(37, '0')).value().last_event_id->size(), 37u);
  EXPECT_EQ(from_query("last_event_id=" + std::string(38, '0')).value().last_event_id, "?");
}

TEST(BodyOptions, HoldWhatIsAskedFor) {
  const auto options = from_body(R"({"events": ["a.*", "b"], "channels": ["novel:42"], "metadata": {"tab": "3"},
                                     "last_event_id": "x", "since": "earliest", "format": "plain"})");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->events, "a.*,b");
  EXPECT_EQ(options->channels, "novel:42");
  EXPECT_EQ(options->metadata, (events::Labels{{"tab", "3"}}));
  EXPECT_EQ(options->last_event_id, "x");
  EXPECT_EQ(options->since, "earliest");
  EXPECT_EQ(options->format, "plain");
  EXPECT_TRUE(from_body("{}"));
}

TEST(BodyOptions, RefuseWhatIsNotValid) {
  for (const char* text :
       {R"({"events": []})", R"({"events": "a"})", R"({"events": [1]})", R"({"events": ["a,b"]})",
        R"({"events": [""]})", R"({"channels": []})", R"({"channels": ["a::b"]})", R"({"metadata": []})",
        R"({"metadata": {"a": 1}})", R"({"metadata": {"A": "1"}})", R"({"metadata": {"a": "\u0000"}})",
        R"({"last_event_id": 1})", R"({"since": 15})", R"({"since": "soon"})", R"({"format": null})",
        R"({"format": "xml"})", R"({"user": "x"})", R"({"events": ["a"], "events": ["a"]})", "[]"}) {
    EXPECT_EQ(code_of(from_body(text)), ErrorCode::body_invalid) << text;
  }
  EXPECT_EQ(code_of(from_body("{")), ErrorCode::body_malformed);
}

TEST(Merging, LetsTheQueryReplaceTheSession) {
  auto session = from_query("events=a&channels=c&meta_a=1&meta_b=2&last_event_id=x&since=1s&format=envelope").value();
  const auto same = merge(session, from_query("").value()).value();
  EXPECT_EQ(same.events, "a");
  EXPECT_EQ(same.metadata, session.metadata);
  const auto merged =
      merge(session, from_query("events=b&channels=d&meta_b=3&meta_c=4&last_event_id=y&since=2s&format=plain").value())
          .value();
  EXPECT_EQ(merged.events, "b");
  EXPECT_EQ(merged.channels, "d");
  EXPECT_EQ(merged.last_event_id, "y");
  EXPECT_EQ(merged.since, "2s");
  EXPECT_EQ(merged.metadata, (events::Labels{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(stream_options(merged, now).value().form, events::Form::plain);
}

TEST(Merging, CountsTheLabelsOfBoth) {
  std::string labels;
  for (int i = 0; i < 16; ++i) labels += "meta_l" + std::to_string(i) + "=x&";
  const auto session = from_query(labels).value();
  EXPECT_TRUE(merge(session, from_query("meta_l0=y").value()));
  EXPECT_EQ(code_of(merge(session, from_query("meta_more=y").value())), ErrorCode::parameter_invalid);
}

TEST(StreamOptions, SayWhatTheStreamNeeds) {
  const auto stream =
      stream_options(from_query("events=a.*&channels=c&since=1s&format=envelope&last_event_id=x&meta_a=1").value(), now)
          .value();
  EXPECT_EQ(stream.types.at(0).text(), "a.*");
  EXPECT_EQ(stream.channels.at(0).text(), "c");
  EXPECT_EQ(stream.form, events::Form::envelope);
  EXPECT_EQ(stream.start.last_event_id, "x");
  EXPECT_EQ(std::get<WallTime>(stream.start.since), now - Seconds{1});
  EXPECT_EQ(stream.labels.size(), 1u);
}

TEST(Channels, HaveToBeCoveredByThePermissions) {
  auth::Permissions permissions;
  permissions.subscribe.push_back(events::Pattern::parse("novel:*", events::Names::channels).value());
  const auto wanted = [](std::string_view list) {
    return events::parse_patterns(list, events::Names::channels).value();
  };
  EXPECT_TRUE(check_channels({}, permissions));
  EXPECT_TRUE(check_channels(wanted("novel:1,novel:*"), permissions));
  EXPECT_EQ(check_channels(wanted("novel:1,secret"), permissions).error().code, ErrorCode::channel_forbidden);
  EXPECT_EQ(check_channels(wanted("novel:**"), permissions).error().code, ErrorCode::channel_forbidden);
}

}  // namespace
}  // namespace tidings::api
