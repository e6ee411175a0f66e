#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tidings::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, GivesTheSameCounterForTheSameNameAndLabels) {
  Metrics metrics;
  Counter& ok = metrics.counter("tidings_opens_total", "Opened", {{"result", "ok"}, {"code", "ok"}});
  EXPECT_EQ(&ok, &metrics.counter("tidings_opens_total", "Opened", {{"code", "ok"}, {"result", "ok"}}));
  EXPECT_NE(&ok, &metrics.counter("tidings_opens_total", "Opened", {{"code", "draining"}, {"result", "refused"}}));
  EXPECT_EQ(&metrics.gauge("tidings_streams", "Open"), &metrics.gauge("tidings_streams", "Open"));
}

TEST(Metrics, ShowsCountersAndGauges) {
  Metrics metrics;
  metrics.counter("tidings_opens_total", "Opened", {{"code", "ok"}}).add(41);
  metrics.counter("tidings_opens_total", "Opened", {{"code", "ok"}}).add();
  metrics.gauge("tidings_streams", "Open").set(7);
  metrics.gauge("tidings_streams", "Open").add(-9);
  const std::string shown = metrics.scrape();
  EXPECT_THAT(shown, HasSubstr("# HELP tidings_opens_total Opened\n"));
  EXPECT_THAT(shown, HasSubstr("# TYPE tidings_opens_total counter\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_opens_total{code=\"ok\"} 42\n"));
  EXPECT_THAT(shown, HasSubstr("# TYPE tidings_streams gauge\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_streams -2\n"));
}

TEST(Metrics, AddsUpCountersThatThreadsKeepForThemselves) {
  Metrics metrics;
  Counter& first = metrics.own_counter("tidings_frames_total", "Frames");
  Counter& second = metrics.own_counter("tidings_frames_total", "Frames");
  EXPECT_NE(&first, &second);
  first.add(40);
  second.add(2);
  EXPECT_THAT(metrics.scrape(), HasSubstr("tidings_frames_total 42\n"));
}

TEST(Metrics, SamplesAtEachScrape) {
  Metrics metrics;
  int asked = 0;
  metrics.sampled_gauge("tidings_behind", "Behind", [&] { return ++asked * 1.5; });
  EXPECT_THAT(metrics.scrape(), HasSubstr("tidings_behind 1.5\n"));
  EXPECT_THAT(metrics.scrape(), HasSubstr("tidings_behind 3\n"));
}

TEST(Metrics, LetsASecondSampleTakeTheFirstOnesPlace) {
  Metrics metrics;
  metrics.sampled_gauge("tidings_behind", "Behind", [] { return 1.0; });
  metrics.sampled_gauge("tidings_behind", "Behind", [] { return 2.0; });
  EXPECT_THAT(metrics.scrape(), HasSubstr("tidings_behind 2\n"));
}

TEST(Metrics, ShowsHistogramsAsCumulativeBuckets) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("tidings_publish_seconds", "Time to publish", {0.25, 0.5, 1.0});
  EXPECT_EQ(&histogram, &metrics.histogram("tidings_publish_seconds", "Time to publish", {9.0}));
  for (const double value : {0.125, 0.25, 0.5, 2.0}) histogram.observe(value);
  const std::string shown = metrics.scrape();
  EXPECT_THAT(shown, HasSubstr("# TYPE tidings_publish_seconds histogram\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_bucket{le=\"0.25\"} 2\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_bucket{le=\"0.5\"} 3\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_count 4\n"));
  EXPECT_THAT(shown, HasSubstr("tidings_publish_seconds_sum 2.875\n"));
}

TEST(Metrics, CountsExactlyWhateverTheNumber) {
  Metrics metrics;
  metrics.counter("tidings_bytes_total", "Bytes").add(1'234'567'890'123'456);
  EXPECT_THAT(metrics.scrape(), HasSubstr("tidings_bytes_total 1234567890123456\n"));
}

TEST(Metrics, RefusesNamesThatPrometheusDoesNotAllow) {
  Metrics metrics;
  EXPECT_THROW((void)metrics.counter("tidings-opens", "Opened"), std::logic_error);
  EXPECT_THROW((void)metrics.counter("tidings_opens_total", "Opened", {{"a-b", "c"}}), std::logic_error);
  EXPECT_THAT(metrics.scrape(), Not(HasSubstr("tidings-opens")));
}

TEST(Metrics, RefusesOneNameForTwoKinds) {
  Metrics metrics;
  (void)metrics.counter("tidings_opens_total", "Opened");
  EXPECT_THROW((void)metrics.gauge("tidings_opens_total", "Opened"), std::logic_error);
}

TEST(Metrics, LosesNothingWhenManyThreadsCountWhileOthersLook) {
  Metrics metrics;
  Counter& counter = metrics.counter("tidings_shared_total", "Shared");
  Histogram& histogram = metrics.histogram("tidings_shared_seconds", "Shared", {1.0});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        counter.add();
        histogram.observe(1.0);
      }
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(metrics.scrape().empty());
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 4000);
  EXPECT_EQ(histogram.count(0), 4000);
  EXPECT_EQ(histogram.sum(), 4000.0);
}

}  // namespace
}  // namespace tidings::observe
