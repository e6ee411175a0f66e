#include "observe/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>

namespace tidings::observe {
namespace {

using SortedLabels = std::vector<std::pair<std::string, std::string>>;

SortedLabels sorted(Labels labels) {
  SortedLabels result;
  for (const auto& [name, value] : labels) {
    result.emplace_back(name, value);
    if (!prometheus::CheckLabelName(result.back().first))
      throw std::logic_error("no name for a label: " + result.back().first);
  }
  std::sort(result.begin(), result.end());
  return result;
}

struct alignas(64) PaddedCounter {
  Counter counter;
};

// Everything that is shown as one line (or one histogram) of a scrape. Only what its family's kind needs is there.
struct Series {
  Counter counter;
  Gauge gauge;
  std::vector<std::unique_ptr<PaddedCounter>> own_counters;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> sample;
};

void collect_histogram(const Histogram& histogram, prometheus::ClientMetric& metric) {
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    so_far += histogram.count(i);
    metric.histogram.bucket.push_back({so_far, histogram.bounds()[i]});
  }
  metric.histogram.sample_count = so_far + histogram.count(histogram.bounds().size());
  metric.histogram.sample_sum = histogram.sum();
}

prometheus::ClientMetric collect(const SortedLabels& labels, const Series& series) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  std::uint64_t count = series.counter.value();
  for (const auto& own : series.own_counters) count += own->counter.value();
  metric.counter.value = static_cast<double>(count);
  metric.gauge.value = series.sample ? series.sample() : static_cast<double>(series.gauge.value());
  if (series.histogram) collect_histogram(*series.histogram, metric);
  return metric;
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

struct Metrics::Registry {
  struct Family {
    std::string help;
    prometheus::MetricType type;
    std::map<SortedLabels, Series> series;  // nodes stay where they are
  };

  Series& find(std::string_view name, std::string_view help, prometheus::MetricType type, Labels labels) {
    const std::string key(name);
    if (!prometheus::CheckMetricName(key)) throw std::logic_error("no name for a metric: " + key);
    const auto at = families.try_emplace(key, Family{std::string(help), type, {}}).first;
    if (at->second.type != type) throw std::logic_error("another kind of metric has this name: " + key);
    return at->second.series[sorted(labels)];
  }

  std::mutex mutex;
  std::map<std::string, Family> families;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(registry_->mutex);
  return registry_->find(name, help, prometheus::MetricType::Counter, labels).counter;
}

Counter& Metrics::own_counter(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(registry_->mutex);
  Series& series = registry_->find(name, help, prometheus::MetricType::Counter, labels);
  return series.own_counters.emplace_back(std::make_unique<PaddedCounter>())->counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(registry_->mutex);
  return registry_->find(name, help, prometheus::MetricType::Gauge, labels).gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::initializer_list<double> bounds,
                              Labels labels) {
  const std::scoped_lock lock(registry_->mutex);
  Series& series = registry_->find(name, help, prometheus::MetricType::Histogram, labels);
  if (!series.histogram) series.histogram = std::make_unique<Histogram>(std::span(bounds.begin(), bounds.size()));
  return *series.histogram;
}

void Metrics::sampled_gauge(std::string_view name, std::string_view help, std::function<double()> sample,
                            Labels labels) {
  const std::scoped_lock lock(registry_->mutex);
  registry_->find(name, help, prometheus::MetricType::Gauge, labels).sample = std::move(sample);
}

std::string Metrics::scrape() const {
  std::vector<prometheus::MetricFamily> families;
  const std::scoped_lock lock(registry_->mutex);
  for (const auto& [name, family] : registry_->families) {
    auto& collected = families.emplace_back(prometheus::MetricFamily{name, family.help, family.type, {}});
    for (const auto& [labels, series] : family.series) collected.metric.push_back(collect(labels, series));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tidings::observe
