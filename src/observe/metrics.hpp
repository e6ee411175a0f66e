// Counters that cost nothing to count: each shard and each thread owns its own `Counter`s (a relaxed store, no lock,
// no sharing), and a scrape adds them up. No label value ever comes from input.
//
//   metrics.counter("tidings_events_delivered_total", "Application events written to streams").add();
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The hub's one registry. `counter` and `gauge` return the same object for the same name and labels; look up once and
// keep the reference (valid for the registry's life), never on the data path. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  // Read at each scrape, from the scraping thread: must be thread-safe and quick.
  void sampled_gauge(std::string_view name, std::string_view help, std::function<double()> sample, Labels labels = {});

  // The Prometheus text format, version 0.0.4.
  [[nodiscard]] std::string scrape() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace tidings::observe
