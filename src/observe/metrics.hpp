// Counters that cost next to nothing to count: a relaxed add, no lock. Where several threads count the same thing on a
// hot path, each has its `own_counter` and shares no cache line; a scrape adds them up. No label value ever comes from
// input.
//
//   metrics.counter("tidings_events_delivered_total", "Application events written to streams").add();
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::observe {

// Written by any thread (relaxed atomics), read by scrapes. 8 bytes.
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
  void add(std::int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How values spread over fixed buckets, e.g. of durations in seconds. Any thread; a few relaxed adds.
class Histogram {
 public:
  // Upper bounds, inclusive and ascending; what is above the last is counted in a bucket of its own.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);

  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  // Of bucket `i`, not cumulative; `bounds().size()` is the one above the last bound.
  [[nodiscard]] std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The hub's one registry. `counter` and `gauge` return the same object for the same name and labels; look up once and
// keep the reference (valid for the registry's life), never on the data path. Thread-safe. A name that Prometheus does
// not allow, or that is in use for another kind of metric, is a mistake in the program: std::logic_error.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  // A new counter with a cache line of its own; scrapes add up all that have the same name and labels.
  [[nodiscard]] Counter& own_counter(std::string_view name, std::string_view help, Labels labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  // The bounds of the first call for a name and labels hold.
  [[nodiscard]] Histogram& histogram(std::string_view name, std::string_view help, std::initializer_list<double> bounds,
                                     Labels labels = {});
  // Read at each scrape, from the scraping thread: must be thread-safe and quick, and ask nothing of this registry. A
  // second one under the same name and labels takes the first one's place.
  void sampled_gauge(std::string_view name, std::string_view help, std::function<double()> sample, Labels labels = {});

  // The Prometheus text format, version 0.0.4.
  [[nodiscard]] std::string scrape() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace tidings::observe
